# Prints a node's Setup (sync.ts) as JSON. It reads what the login user may read, and prints no content: of a file its
# hash, and the certificates in it, which are public. The text that comes in begins with a line that sets `find`: the
# command that prints the folder of the configuration.
import hashlib, json, re, socket, subprocess, sys
def lines(*argv):
    result = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        sys.exit(result.stderr.decode("utf-8", "replace"))
    return result.stdout.decode("utf-8", "replace").splitlines()
folder = lines(*find)[-1]
def postconf(*words):
    return lines("/usr/sbin/postconf", "-c", folder, *words)
def parameters(printed):
    return dict((name.strip(), value.strip()) for name, _, value in (line.partition("=") for line in printed))
def look(path):
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return None
    certificates = re.findall(b"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", content, re.DOTALL)
    return {"sha256": hashlib.sha256(content).hexdigest(), "certificates": [one.decode("ascii", "replace") for one in certificates]}
services = {}
for line in postconf("-M"):
    words = line.split()
    services["/".join(words[:2])] = " ".join(words)
effective = parameters(postconf("-n", "-x"))
paths = set()
for name, value in effective.items():
    paths.update(re.findall(r"(?:hash|lmdb|cdb|btree|dbm|sdbm|texthash|regexp|pcre|cidr):(/[^\s,;})]+)", value))
    if re.search(r"_files?$|_CAfile$", name):
        paths.update(word for word in re.split(r"[\s,]+", value) if word.startswith("/"))
short = socket.gethostname()
print(json.dumps({
    "version": postconf("-h", "mail_version")[0],
    "names": [short, *postconf("-d", "-h", "myhostname")],
    "main": parameters(postconf("-n")),
    "master": services,
    "files": {path: look(path) for path in sorted(paths)},
}))
