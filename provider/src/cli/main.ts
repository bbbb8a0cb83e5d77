import { run } from "./run";

const print = (stream: NodeJS.WriteStream) => (text: string) =>
  void stream.write(text);

run(process.argv.slice(2), {
  out: print(process.stdout),
  err: print(process.stderr),
}).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
