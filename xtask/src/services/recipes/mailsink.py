"""Takes every mail, and shows what it took.

Over HTTP on the port that is given: GET /messages lists them as JSON, GET /messages/N is one as it came, DELETE /messages
forgets all, PUT /mode/{accept,tempfail,reject} says what comes next is answered with. SMTP is on the port after that.
"""

import email
import email.policy
import http.server
import json
import sys

from aiosmtpd.controller import Controller

ANSWERS = {"accept": "250 OK", "tempfail": "451 4.3.0 try again later", "reject": "550 5.7.1 not taken"}
# More than any test sends.
MOST = 10_000

messages = []
mode = "accept"


class Smtp:
    async def handle_DATA(self, server, session, envelope):
        if mode == "accept" and len(messages) < MOST:
            messages.append(envelope)
        return ANSWERS[mode]


def described(number, envelope):
    mail = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
    texts = {part.get_content_type(): part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"}
    return {
        "id": number,
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "subject": mail["subject"],
        "message_id": mail["message-id"],
        "text": texts.get("text/plain"),
        "html": texts.get("text/html"),
    }


class Http(http.server.BaseHTTPRequestHandler):
    def answer(self, body, kind="application/json", status=200):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_json(self, value, status=200):
        self.answer(json.dumps(value).encode(), status=status)

    def do_GET(self):
        match self.path.strip("/").split("/"):
            case ["messages"]:
                self.answer_json([described(*numbered) for numbered in enumerate(messages)])
            case ["messages", number] if number.isdigit() and int(number) < len(messages):
                self.answer(messages[int(number)].original_content, "message/rfc822")
            case [""]:
                self.answer_json({"server": "mailsink"})
            case _:
                self.answer_json({"error": "there is no such thing"}, 404)

    def do_DELETE(self):
        messages.clear()
        self.answer_json({})

    def do_PUT(self):
        global mode
        wanted = self.path.strip("/").removeprefix("mode/")
        if wanted not in ANSWERS:
            return self.answer_json({"error": f"a mode is one of {', '.join(ANSWERS)}"}, 400)
        mode = wanted
        self.answer_json({"mode": mode})

    def log_message(self, *_):
        pass


port = int(sys.argv[1])
host = sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"
Controller(Smtp(), hostname=host, port=port + 1, data_size_limit=50 << 20).start()
http.server.ThreadingHTTPServer((host, port), Http).serve_forever()
