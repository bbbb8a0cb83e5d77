// Asks an address for its SMTP banner again and again; one line of JSON for each answer. It ends with its stdin.
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";

const [host, port = "25", pause = "50"] = process.argv.slice(2);
process.stdin.resume().on("end", () => process.exit(0));

/** The banner; an error when there is none in time. */
function ask() {
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect({ host, port: Number(port) });
    socket.setTimeout(500, () => socket.destroy(new Error("no answer")));
    socket.setEncoding("utf8").on("data", (text) => {
      said += text;
      if (!said.includes("\n")) return;
      socket.end("QUIT\r\n");
      resolve(said.trim());
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("closed without a banner")));
  });
}

for (;;) {
  const t = Date.now() / 1000;
  const answer = await ask().then(
    (banner) => ({ t, ok: banner.startsWith("220"), banner }),
    (error) => ({ t, ok: false, banner: error.message }),
  );
  console.log(JSON.stringify(answer));
  await setTimeout(Number(pause));
}
