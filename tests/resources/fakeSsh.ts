/**
 * Puts a cluster in memory in the place of ssh, for the handlers of the provider's sources. Import it before anything
 * of the provider: what is loaded later finds this transport.
 */
import { PacemakerError } from "../../provider/src/errors";
import * as ssh from "../../provider/src/ssh";
import { FakeCluster } from "../transaction/fakeCluster";

const open: { cluster?: FakeCluster } = {};
let count = 0;

const openHost: typeof ssh.openHost = (connection, address) => {
  if (!open.cluster)
    throw new PacemakerError("connect", "the test has no cluster");
  return open.cluster.open(connection, address);
};

require.cache[require.resolve("../../provider/src/ssh")]!.exports = {
  ...ssh,
  openHost,
};

/** A new cluster, and a connection to it that no other test has used: handles are kept by connection. */
export function newCluster(names?: readonly string[]) {
  const cluster = new FakeCluster(names);
  open.cluster = cluster;
  count += 1;
  const connection = {
    ...cluster.connection,
    user: `test-${count}`,
    privateKey: "SECRET private key",
  };
  return { cluster, connection };
}
