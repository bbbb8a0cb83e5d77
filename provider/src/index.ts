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
  type ConnectionArgs,
  type HostKeys,
} from "./resources/classes/connection";
export {
  FloatingIp,
  type FloatingIpArgs,
} from "./resources/classes/floatingIp";
export { Primitive, type PrimitiveArgs } from "./resources/classes/primitive";
export {
  ResourceGroup,
  type ResourceGroupArgs,
} from "./resources/classes/resourceGroup";
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
