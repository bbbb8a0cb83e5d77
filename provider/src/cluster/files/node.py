"""Looks at files of a node and changes them: what the package runs on each node, by "python3 -I -", as root.

The text that comes in begins with a line that sets `request`, so that nothing of it stands in a process's arguments. One
line of JSON goes out. Names beside a file: ".NAME.ID.new" is staged, ".NAME.ID.old" is what the file was before, and
".NAME.ID.none" says that there was none; the latter two mean that a rollout has not come to its end.
"""

import errno, grp, hashlib, json, os, pwd, re, shutil, signal, stat, subprocess, sys, tempfile

# Where the copies for checks are made: in memory on any node with systemd, gone with the next boot.
staging_folder = "/run" if os.access("/run", os.W_OK) else tempfile.gettempdir()
# The most that a folder may hold that is copied for a check.
most_files, most_bytes = 5000, 64 * 1024 * 1024
most_words = 6000


class Problem(Exception):
    def __init__(self, kind, path, detail=""):
        super().__init__(kind)
        self.told = {"kind": kind, "path": path, "detail": detail}


def parent(path):
    """Opens the folder of a path, one name after the other: a link on the way leads to somebody else's place."""
    folder = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    names = path.split("/")[1:-1]
    for index, name in enumerate(names):
        so_far = "/" + "/".join(names[: index + 1])
        try:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        except FileNotFoundError:
            raise Problem("no-folder", path, so_far)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                is_link = stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode)
                if is_link:
                    raise Problem("link-on-the-way", path, so_far + " leads to " + os.path.realpath(so_far))
                raise Problem("no-folder", path, so_far)
            raise
        finally:
            os.close(folder)
        folder = inner
    return folder


def beside(path, ending):
    return ".%s.%s.%s" % (os.path.basename(path), request["id"], ending)


def exists(name, folder):
    try:
        os.lstat(name, dir_fd=folder)
        return True
    except FileNotFoundError:
        return False


def remove(name, folder):
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass


def owner_name(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid):
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def owner_id(path, name):
    try:
        return int(name) if name.isdigit() else pwd.getpwnam(name).pw_uid
    except KeyError:
        raise Problem("no-owner", path, name)


def group_id(path, name):
    try:
        return int(name) if name.isdigit() else grp.getgrnam(name).gr_gid
    except KeyError:
        raise Problem("no-group", path, name)


def look_at(path):
    folder = parent(path)
    try:
        name = os.path.basename(path)
        leftover = any(exists(beside(path, ending), folder) for ending in ("old", "none"))
        try:
            found = os.lstat(name, dir_fd=folder)
        except FileNotFoundError:
            return {"isUnfinished": leftover}
        if stat.S_ISLNK(found.st_mode):
            raise Problem("link", path, os.readlink(name, dir_fd=folder))
        if not stat.S_ISREG(found.st_mode):
            raise Problem("folder" if stat.S_ISDIR(found.st_mode) else "no-file", path)
        with os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
            content = file.read()
        seen = {
            "isUnfinished": leftover,
            "sha256": hashlib.sha256(content).hexdigest(),
            "owner": owner_name(found.st_uid),
            "group": group_name(found.st_gid),
            "mode": "%04o" % stat.S_IMODE(found.st_mode),
            "changedAt": found.st_mtime,
        }
        if path in request.get("texts", []):
            seen["text"] = content.decode("utf-8", "surrogateescape").encode("utf-8", "replace").decode("utf-8")
        return seen
    finally:
        os.close(folder)


def command(argv, seconds=60, umask=0o022):
    """What a command said and how it ended; one that is not there has the code 127, as in a shell."""
    try:
        # A group of its own: whatever it has started ends with it.
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(os.environ, LC_ALL="C", PATH="/usr/sbin:/usr/bin:/sbin:/bin"), cwd="/",
            start_new_session=True, preexec_fn=lambda: os.umask(umask),
        )
    except FileNotFoundError:
        return {"code": 127, "words": "%s: not found" % argv[0]}
    except PermissionError:
        return {"code": 126, "words": "%s: may not be run" % argv[0]}
    try:
        words = process.communicate(timeout=seconds)[0].decode("utf-8", "replace")
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        words = "it did not end within %d s, and was ended" % seconds
        code = 124
    return {"code": code, "words": words}


def shown(result):
    """The words of a tool may quote a file; what only some may read does not leave the node."""
    words = result["words"]
    secret = set()
    for file in request.get("files", []):
        if int(file["mode"], 8) & 0o004 == 0:
            secret.update(re.findall(r"[^\s=:,;\"'<>]{5,}", file["content"]))
            secret.update(re.findall(r"\S{5,}", file["content"]))
    for word in sorted(secret, key=len, reverse=True):
        words = words.replace(word, "[secret]")
    return {"code": result["code"], "words": words[-most_words:]}


def make(name, folder, content, uid, gid, mode):
    """Makes a file that nobody has read before it is its owner's: it is empty until then."""
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
    with os.fdopen(handle, "wb") as file:
        if (uid, gid) != (os.geteuid(), os.getegid()):
            os.fchown(file.fileno(), uid, gid)
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def placeholders(argv):
    return [path for word in argv for path in re.findall(r"\{(/[^{}]*)\}", word)]


def filled(argv, root):
    return [re.sub(r"\{(/[^{}]*)\}", lambda match: root + match.group(1), word) for word in argv]


def copy_folder(path, root):
    count = size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            count += 1
            size += os.lstat(os.path.join(folder, name)).st_size
            if count > most_files or size > most_bytes:
                raise Problem("too-large", path)
    make_folders(root, os.path.dirname(path))
    shutil.copytree(path, root + path, symlinks=True, copy_function=copy_with_owner)
    for folder, _, _ in os.walk(path):
        found = os.lstat(folder)
        os.chown(root + folder, found.st_uid, found.st_gid)


def copy_with_owner(source, target):
    found = os.lstat(source)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        return target
    if stat.S_ISLNK(found.st_mode):
        os.symlink(os.readlink(source), target)
        return target
    with open(source, "rb") as file:
        make(target, None, file.read(), found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode))
    os.utime(target, (found.st_atime, found.st_mtime))
    return target


def make_folders(root, path):
    so_far = ""
    for name in path.split("/")[1:]:
        so_far += "/" + name
        if not os.path.isdir(root + so_far):
            os.mkdir(root + so_far)
            os.chmod(root + so_far, 0o755)


def try_out(root):
    """Lays the files out as they will be, builds what is made from them, and has the checks look at that."""
    commands = [argv for argv in request["checks"] + request["reports"] + [one["argv"] for one in request["builds"]]]
    # An outer folder holds the inner ones.
    for path in sorted(set(path for argv in commands for path in placeholders(argv))):
        if os.path.isdir(path) and not os.path.isdir(root + path):
            copy_folder(path, root)
    files = []
    for file in request["files"]:
        path = file["path"]
        uid, gid = owner_id(path, file["owner"]), group_id(path, file["group"])
        make_folders(root, os.path.dirname(path))
        remove(root + path, None)
        content = file["content"].encode("utf-8")
        make(root + path, None, content, uid, gid, int(file["mode"], 8))
        files.append((path, content, uid, gid, int(file["mode"], 8)))
    failed = []
    for one in request["builds"]:
        path = one["makes"]
        remove(root + path, None)
        result = command(filled(one["argv"], root), umask=0o077)
        if result["code"] != 0 or not os.path.isfile(root + path):
            failed.append(dict(shown(result), argv=one["argv"]))
            continue
        uid, gid = owner_id(path, one["owner"]), group_id(path, one["group"])
        os.chown(root + path, uid, gid)
        os.chmod(root + path, int(one["mode"], 8))
        with open(root + path, "rb") as file:
            files.append((path, file.read(), uid, gid, int(one["mode"], 8)))
    # What a check says of the whole tells more than a build that it made fail.
    checked = [(argv, command(filled(argv, root))) for argv in request["checks"]]
    failed = [dict(shown(result), argv=argv) for argv, result in checked if result["code"] != 0] or failed
    reports = [] if failed else [shown(command(filled(argv, root))) for argv in request["reports"]]
    return files, failed, reports


def stage():
    for file in request["files"] + [{"path": one["makes"]} for one in request["builds"]]:
        look_at(file["path"])
    root = tempfile.mkdtemp(prefix="pulumi-pacemaker-", dir=staging_folder)
    try:
        os.chmod(root, 0o711)
        files, failed, reports = try_out(root)
        answer = {"failed": [without_root(one, root) for one in failed], "reports": [without_root(one, root) for one in reports]}
        if failed or request["isTrial"]:
            return answer
        for path, content, uid, gid, mode in files:
            if path not in request["paths"]:
                continue
            folder = parent(path)
            try:
                remove(beside(path, "new"), folder)
                make(beside(path, "new"), folder, content, uid, gid, mode)
            except BaseException:
                remove(beside(path, "new"), folder)
                raise
            finally:
                os.close(folder)
        return answer
    finally:
        shutil.rmtree(root, ignore_errors=True)


def without_root(result, root):
    return dict(result, words=result["words"].replace(root, ""))


def commit():
    """Puts the staged files in their places. What was there stays beside them until `finish`."""
    for path in request["paths"]:
        look_at(path)
        folder = parent(path)
        try:
            name, new = os.path.basename(path), beside(path, "new")
            old, none = beside(path, "old"), beside(path, "none")
            # Where a rollout was broken off, what was there before that one is what to go back to.
            if not exists(old, folder) and not exists(none, folder):
                if exists(name, folder):
                    os.link(name, old, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
                else:
                    make(none, folder, b"", os.geteuid(), os.getegid(), 0o600)
            os.replace(new, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        finally:
            os.close(folder)
    return activated()


def activated():
    failed = []
    for argv in request["activate"]:
        result = shown(command(argv, seconds=request["activateSeconds"]))
        if result["code"] != 0:
            failed.append(dict(result, argv=argv))
            break
    return {"failed": failed}


def revert():
    """Brings back what was there, where it was replaced; once more does no harm."""
    count = 0
    for path in request["paths"]:
        folder = parent(path)
        try:
            name = os.path.basename(path)
            if exists(beside(path, "old"), folder):
                os.replace(beside(path, "old"), name, src_dir_fd=folder, dst_dir_fd=folder)
                count += 1
            elif exists(beside(path, "none"), folder):
                remove(name, folder)
                count += 1
            remove(beside(path, "none"), folder)
            remove(beside(path, "new"), folder)
            os.fsync(folder)
        finally:
            os.close(folder)
    return dict(activated() if count > 0 else {"failed": []}, count=count)


def finish():
    for path in request["paths"]:
        folder = parent(path)
        try:
            for ending in ("old", "none", "new"):
                remove(beside(path, ending), folder)
        finally:
            os.close(folder)
    return {}


def look():
    files, problems = {}, []
    for path in request["paths"]:
        try:
            files[path] = look_at(path)
        except Problem as problem:
            problems.append(problem.told)
    for file in request["owners"]:
        try:
            owner_id(file["path"], file["owner"])
            group_id(file["path"], file["group"])
        except Problem as problem:
            problems.append(problem.told)
    status = command(["/usr/sbin/crm_mon", "--output-as=xml", "--inactive"])
    named = command(["/usr/sbin/crm_node", "--name"])
    return {
        "node": named["words"].strip() if named["code"] == 0 else "",
        "hostName": os.uname().nodename,
        "status": status["words"] if status["code"] == 0 else "",
        "files": files,
        "problems": problems,
        "reports": [command(argv) for argv in request["reports"]],
    }


def run():
    try:
        return {"look": look, "stage": stage, "commit": commit, "revert": revert, "finish": finish}[request["do"]]()
    except Problem as problem:
        return {"problems": [problem.told]}
    except OSError as error:
        return {"problems": [{"kind": "system", "path": str(error.filename or ""), "detail": error.strerror or ""}]}


os.umask(0o077)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
print(json.dumps(run()))
