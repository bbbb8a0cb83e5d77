// A mail client that looks all the time whether it is greeted: prober.ts ADDRESS PORT INTERVAL_MS
// Prints one line a greeting, the time at which it came. Runs in the client's network until its stdin closes.
import { connect } from "node:net";

const [address = "", port = "", interval = ""] = process.argv.slice(2);

/** Longer than the time after which a lost SYN is sent again. */
const patienceMs = 2_000;

function probe(): void {
  const socket = connect(Number(port), address);
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.setEncoding("utf8");
  let greeted = false;
  socket.on("data", (text: string) => {
    if (greeted || !text.startsWith("220 ")) return;
    greeted = true;
    process.stdout.write(`${Date.now()}\n`);
    socket.end("QUIT\r\n");
  });
  socket.on("error", () => socket.destroy());
}

const timer = setInterval(probe, Number(interval));
process.stdin.on("close", () => {
  clearInterval(timer);
  process.exit(0);
});
process.stdin.resume();
