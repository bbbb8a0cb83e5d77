# A dialogue with a mail service, as dialogue.ts describes it: the first argument is what is asked, as JSON
# ({address, port, isWrapped, wantsTls, answerSeconds, mostLines}); a Dialogue is printed as JSON.
import base64, json, socket, ssl, sys
given = json.loads(sys.argv[1])
found = {"isConnected": False, "isEncrypted": False, "wire": [], "greeting": [], "ehlo": []}

def reply(stream):
    lines = []
    while len(lines) < given["mostLines"]:
        line = stream.readline(2000)
        if not line:
            raise OSError("the connection was closed")
        lines.append(line.decode("utf-8", "replace").rstrip("\r\n"))
        found["wire"].append("< " + lines[-1])
        if lines[-1][3:4] != "-":
            return lines
    raise OSError("an answer without an end")

def ask(connection, stream, text):
    found["wire"].append("> " + text)
    connection.sendall(text.encode() + b"\r\n")
    return reply(stream)

def encrypted(connection):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = context.wrap_socket(connection)
    found["isEncrypted"] = True
    found["certificate"] = base64.b64encode(connection.getpeercert(True) or b"").decode()
    return connection, connection.makefile("rb")

try:
    connection = socket.create_connection((given["address"], given["port"]), given["answerSeconds"])
    found["isConnected"] = True
    connection.settimeout(given["answerSeconds"])
    if given["isWrapped"]:
        connection, stream = encrypted(connection)
    else:
        stream = connection.makefile("rb")
    found["greeting"] = reply(stream)
    if found["greeting"][-1][:3] == "220":
        hello = "EHLO " + (socket.gethostname() or "localhost")
        found["ehlo"] = ask(connection, stream, hello)
        offered = [line[4:].upper().split(" ")[0] for line in found["ehlo"][1:]]
        if given["wantsTls"] and not given["isWrapped"] and "STARTTLS" in offered:
            answer = ask(connection, stream, "STARTTLS")
            if answer[-1][:3] != "220":
                raise OSError(answer[-1])
            connection, stream = encrypted(connection)
            found["ehlo"] = ask(connection, stream, hello)
except Exception as error:
    found["error"] = str(error) or type(error).__name__
try:
    ask(connection, stream, "QUIT")
except Exception:
    pass
print(json.dumps(found))
