// Runs a TypeScript file of this repository on a fresh clone: node scripts/start.mjs FILE.ts ARGS...
// Without a FILE it only prepares, for a tool that runs next.
// It needs nothing but Node, npm and git; what is missing or out of date is installed and built first.
// This file stays readable for old versions of Node, so that they get a message and no syntax error.
const wanted = 20;
if (Number(process.versions.node.split(".")[0]) < wanted) {
  console.error(
    "This project needs Node.js " +
      wanted +
      " or newer; this is " +
      process.version +
      ".",
  );
  process.exit(1);
}
import("./start/main.mjs").then(({ main }) => main(process.argv.slice(2)));
