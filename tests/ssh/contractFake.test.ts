import { contract } from "./contract";
import { startFake } from "./fake";

contract("a server in this process", async (authorized) => {
  const fake = await startFake({ authorized });
  return { ...fake, user: "root" };
});
