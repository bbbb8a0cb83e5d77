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
export { clusterProperties } from "./resources/clusterProperties";
export { operationDefaults, resourceDefaults } from "./resources/defaults";
export { nodeAttributes } from "./resources/nodeAttributes";
export { clone } from "./resources/clone";
export { locationConstraint } from "./resources/locationConstraint";
export { colocationConstraint } from "./resources/colocationConstraint";
export { orderConstraint } from "./resources/orderConstraint";
export { ticketConstraint } from "./resources/ticketConstraint";
export { stonithDevice } from "./resources/stonithDevice";
export { stonithLevel } from "./resources/stonithLevel";
export { aclRole } from "./resources/aclRole";
export { alert } from "./resources/alert";
export { tag } from "./resources/tag";
export { synchronizedFiles } from "./resources/synchronizedFiles";

reportBy(connectEngine());
endWithEngine(closeAll);
