export {
  SmtpStack,
  type SmtpStackArgs,
  type SmtpStackMember,
} from "./components/smtpStack";
export { type Connection } from "./connection";
export { type ErrorKind } from "./errors";
export {
  type AttributeValue,
  type MemberArgs,
  type ResourceArgs,
  type StandbyKind,
  type Timeouts,
  type TimeoutsArgs,
  type Verify,
  type VerifyArgs,
} from "./resources/classes/args";
export {
  ClusterProperties,
  type ClusterPropertiesArgs,
} from "./resources/classes/clusterProperties";
export {
  type ConnectionArgs,
  type HostKeys,
} from "./resources/classes/connection";
export { Clone, type CloneArgs } from "./resources/classes/clone";
export {
  OperationDefaults,
  ResourceDefaults,
  type DefaultsArgs,
} from "./resources/classes/defaults";
export {
  ColocationConstraint,
  type ColocationConstraintArgs,
} from "./resources/classes/colocationConstraint";
export {
  LocationConstraint,
  type LocationConstraintArgs,
} from "./resources/classes/locationConstraint";
export {
  OrderConstraint,
  type OrderConstraintArgs,
} from "./resources/classes/orderConstraint";
export {
  TicketConstraint,
  type TicketConstraintArgs,
} from "./resources/classes/ticketConstraint";
export { type ResourceReference } from "./resources/classes/reference";
export {
  type ResourceRole,
  type ResourceSetArgs,
} from "./resources/classes/constraint";
export {
  type AfterArgs,
  type NodeScoreArgs,
  type PlacementArgs,
  type WithArgs,
} from "./resources/classes/placement";
export {
  FloatingIp,
  type FloatingIpArgs,
} from "./resources/classes/floatingIp";
export {
  NodeAttributes,
  type NodeAttributesArgs,
} from "./resources/classes/nodeAttributes";
export type { AgentOptions } from "./resources/classes/agentOptions";
export {
  Primitive,
  type AgentName,
  type OptionsOf,
  type PrimitiveArgs,
} from "./resources/classes/primitive";
export {
  ResourceGroup,
  type ResourceGroupArgs,
} from "./resources/classes/resourceGroup";
export {
  StonithDevice,
  type StonithDeviceArgs,
} from "./resources/classes/stonithDevice";
export {
  StonithLevel,
  type StonithLevelArgs,
} from "./resources/classes/stonithLevel";
export {
  AclRole,
  type AclPermissionArgs,
  type AclRoleArgs,
} from "./resources/classes/aclRole";
export {
  Alert,
  type AlertArgs,
  type AlertRecipientArgs,
} from "./resources/classes/alert";
export { Tag, type TagArgs } from "./resources/classes/tag";
export {
  PostfixConfiguration,
  type PostfixArgs,
  type PostfixConfigurationArgs,
  type PostfixMapArgs,
  type PostfixSetting,
  type PostfixValue,
} from "./resources/classes/postfixConfiguration";
export { type SynchronizedFileArgs } from "./resources/classes/secretFiles";
export {
  SynchronizedFiles,
  type SynchronizedFile,
  type SynchronizedFilesArgs,
} from "./resources/classes/synchronizedFiles";
export {
  SystemdResource,
  type SystemdResourceArgs,
} from "./resources/classes/systemdResource";
