export { SmtpStack, type SmtpStackArgs } from "./components/smtpStack";
export { type ErrorKind } from "./errors";
export { type ConnectionArgs } from "./resources/connectionInput";
export { FloatingIp, type FloatingIpArgs } from "./resources/floatingIp";
export {
  ResourceGroup,
  type ResourceGroupArgs,
} from "./resources/resourceGroup";
export {
  SystemdResource,
  type SystemdResourceArgs,
} from "./resources/systemdResource";
