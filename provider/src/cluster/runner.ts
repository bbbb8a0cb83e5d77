/**
 * Runs pcs commands on a file without the start of Python that each of them would cost: most of what a pcs call costs is
 * its imports. They are done once; each command then runs in a fork, by pcs's own start script.
 *
 * It serves several stagings: it takes a folder, waits in it for the names of working folders, one a line, and writes
 * into each one's `answer` 0 when all commands succeeded. Whatever it writes otherwise, or when it does not answer, the
 * caller runs the same commands by ordinary calls on a new copy, and theirs is the verdict. When nothing has come for
 * some seconds, it removes its folder and ends.
 */
export const pcsRunner = `
import json, os, runpy, select, shutil, signal, subprocess, sys

home, script = sys.argv[1:3]
idle = 10

def run(cib, argv):
    if argv[0] == "cibadmin":
        env = dict(os.environ, CIB_file=cib)
        return subprocess.call(argv, env=env, stdin=subprocess.DEVNULL)
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        sys.argv = [script, "-f", cib] + argv
        runpy.run_path(script, run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else (0 if end.code is None else 1)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

def stage(work):
    with open(work + "/commands.json") as file:
        commands = json.load(file)
    return 0 if all(run(work + "/new.xml", argv) == 0 for argv in commands) else 4

def answer(work, code):
    try:
        # Whoever asked may have given up since.
        to = os.open(work + "/answer", os.O_WRONLY | os.O_NONBLOCK)
        os.write(to, b"%d\\n" % code)
        os.close(to)
    except OSError:
        pass

def serve():
    requests = os.open(home + "/requests", os.O_RDWR)
    try:
        import pcs.app
        usable = True
    except Exception:
        usable = False
    while select.select([requests], [], [], idle)[0]:
        for work in os.read(requests, 65536).decode().splitlines():
            try:
                answer(work, stage(work) if usable else 3)
            except Exception:
                answer(work, 5)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
try:
    serve()
finally:
    shutil.rmtree(home, ignore_errors=True)
`.trimStart();
