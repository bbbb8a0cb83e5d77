# Runs pcs commands on a file without what most of each call costs: the start of Python with all of pcs's imports, and the
# start of Pacemaker's tools. The imports are done once; each staging then runs in a fork, its commands one after the
# other by pcs's own start script. For each command pcs has cibadmin read the file, crm_diff compare and cibadmin write
# it, and crm_resource print what the agent says of itself: what is a file to read or write, or has been printed before,
# is taken from there, for pcs's library and for its older commands, which start their tools in ways of their own.
# Whatever else pcs starts is started, but for an agent that is to check parameters: it would be given them in the arguments
# of its caller, where everybody on the node may read a secret, and no version that is asked to takes its word for more
# than a warning.
#
# It serves several stagings: it takes a folder, waits in it for the names of working folders, one a line, and writes
# into each one's `answer` 0 when all commands succeeded. Whatever it writes otherwise, or when it does not answer, the
# caller runs the same commands by ordinary calls on a new copy, and theirs is the verdict. When nothing has come for
# some seconds, it removes its folder and ends.
#
# With --ordinary, it makes one such call: pcs's own start script, as it is, with the words of one command, which stand in a
# file and not in the arguments.
import json, os, re, runpy, select, shutil, signal, subprocess, sys
from xml.etree import ElementTree

idle = 10

def text(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()

def write(path, new):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(new)

configuration = re.compile(r"<configuration(?=[\s>]).*</configuration>", re.DOTALL)

def reconfigured(old, given):
    before, after = (configuration.search(whole) for whole in (old, given or ""))
    if any(found is None or found.group().count("<configuration") != 1 for found in (before, after)):
        return None
    return old[:before.start()] + after.group() + old[before.end():]

class Popen(subprocess.Popen):
    def __init__(self, args, *more, **named):
        words = [args] if isinstance(args, (str, bytes)) else list(args)
        tool = os.path.basename(os.fsdecode(words[0]))
        if tool in ("crm_resource", "stonith_admin") and "--validate" in words:
            args = ["echo", "<pacemaker-result><status code='0' message='OK'/></pacemaker-result>"]
        super().__init__(args, *more, **named)

subprocess.Popen = Popen

def shortened(real):
    printed, differences = {}, {}
    def run(self, args, stdin_string=None, env_extend=None, binary_output=False):
        words = [os.path.basename(args[0]), *args[1:]]
        cib = {**self.env_vars, **(env_extend or {})}.get("CIB_file")
        if not binary_output and cib and stdin_string is None:
            if words == ["cibadmin", "--local", "--query"]:
                return text(cib), "", 0
            if words[:2] == ["crm_diff", "--original"] and words[3:4] == ["--new"] and words[5:] == ["--no-version"]:
                old, new = text(words[2]), text(words[4])
                if old == new:
                    return "", "", 0
                name = "<diff number='%d'/>" % len(differences)
                differences[name] = old, new
                return name, "", 1
        if not binary_output and stdin_string in differences:
            old, new = differences[stdin_string]
            if words != ["cibadmin", "--patch", "--verbose", "--xml-pipe"] or not cib or text(cib) != old:
                return "", "not the file that the difference was made from", 1
            write(cib, new)
            return "", "", 0
        if words[:2] != ["crm_resource", "--show-metadata"]:
            return real(self, args, stdin_string, env_extend, binary_output)
        key = tuple(args), stdin_string, binary_output
        if key not in printed:
            result = real(self, args, stdin_string, env_extend, binary_output)
            if result[2] != 0:
                return result
            printed[key] = result
        return printed[key]
    return run

def shortened_older(real, utils):
    def run(args, ignore_stderr=False, string_for_stdin=None, env_extend=None, binary_output=False):
        words = [os.path.basename(args[0]), *args[1:]]
        if utils.usefile and not env_extend and not binary_output:
            cib = utils.filename
            if string_for_stdin is None and words == ["cibadmin", "-l", "-Q"]:
                return text(cib), 0
            if words == ["cibadmin", "--replace", "-V", "--xml-pipe", "-o", "configuration"]:
                new = reconfigured(text(cib), string_for_stdin)
                if new is not None:
                    write(cib, new)
                    return "", 0
        return real(args, ignore_stderr, string_for_stdin, env_extend, binary_output)
    return run

def run(script, cib, argv):
    if argv[0] == "cibadmin":
        env = dict(os.environ, CIB_file=cib)
        # Everybody on the node may see arguments, and an option in the text may be a secret.
        given = argv[argv.index("--xml-text") + 1] if "--xml-text" in argv else ""
        piped = ["--xml-pipe" if word == "--xml-text" else word for word in argv if word != given or not given]
        return subprocess.run(piped, env=env, input=given.encode()).returncode
    sys.argv = [script, "-f", cib] + argv
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else (0 if end.code is None else 1)
    return 0

def stage(work):
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        return 0 if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 else 4
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        commands = json.loads(text(work + "/commands.json"))
        if not all(run(script, work + "/new.xml", argv) == 0 for argv in commands):
            return
        # Some of what Pacemaker 2.1 prints is no XML, and pcs was spared to see it.
        compare = ["crm_diff", "--original", work + "/old.xml", "--new", work + "/new.xml", "--no-version"]
        difference = subprocess.run(compare, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
        if difference.strip():
            ElementTree.fromstring(difference)
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

def answer(work, code):
    try:
        # Whoever asked may have given up since.
        to = os.open(work + "/answer", os.O_WRONLY | os.O_NONBLOCK)
        os.write(to, b"%d\n" % code)
        os.close(to)
    except OSError:
        pass

def serve():
    requests = os.open(home + "/requests", os.O_RDWR)
    try:
        import pcs.app
        from pcs import utils
        from pcs.lib.external import CommandRunner
        CommandRunner.run = shortened(CommandRunner.run)
        utils.run = shortened_older(utils.run, utils)
        usable = True
    except Exception:
        usable = False
    while select.select([requests], [], [], idle)[0]:
        for work in os.read(requests, 65536).decode().splitlines():
            try:
                answer(work, stage(work) if usable else 3)
            except Exception:
                answer(work, 5)

if sys.argv[1] == "--ordinary":
    script, cib, commands, index = sys.argv[2:]
    sys.exit(run(script, cib, json.loads(text(commands))[int(index)]))
home, script = sys.argv[1:3]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
try:
    serve()
finally:
    shutil.rmtree(home, ignore_errors=True)
