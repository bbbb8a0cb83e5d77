import { reportBy } from "./cluster/report";
import { connectEngine } from "./engine";
import { endWithEngine } from "./lifetime";
import { closeAll } from "./ssh";

/**
 * What the dynamic provider process requires, by the name `pulumi-pacemaker/provider`, for as long as any state names
 * it: a permanent contract. The handlers accept state that any earlier version wrote.
 */
export { floatingIp } from "./resources/floatingIp";
export { primitive } from "./resources/primitive";
export { systemdResource } from "./resources/systemdResource";
export { resourceGroup } from "./resources/resourceGroup";
export { postfixConfiguration } from "./resources/postfixConfiguration";
export { synchronizedFiles } from "./resources/synchronizedFiles";

reportBy(connectEngine());
endWithEngine(closeAll);
