/**
 * Runs pcs commands on a file in one Python process: most of what a pcs call costs is its imports, so they are done once
 * and each command runs in a fork, by pcs's own start script. It takes the file of the copy, the file of the commands (a
 * JSON list of argument lists) and a folder for what they print, and exits with 0 when all succeeded. Whatever it exits
 * with otherwise, the caller runs the same commands by ordinary calls on a new copy, and theirs is the verdict.
 */
export const pcsRunner = `
import json, os, runpy, subprocess, sys

cib, commands_file, script = sys.argv[1:4]
try:
    import pcs.app
except Exception:
    sys.exit(3)

def run(argv):
    if argv[0] == "cibadmin":
        env = dict(os.environ, CIB_file=cib)
        return subprocess.call(argv, env=env, stdin=subprocess.DEVNULL)
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1
    code = 1
    try:
        sys.argv = [script, "-f", cib] + argv
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else (0 if end.code is None else 1)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

with open(commands_file) as file:
    commands = json.load(file)
for argv in commands:
    if run(argv) != 0:
        sys.exit(4)
`.trimStart();
