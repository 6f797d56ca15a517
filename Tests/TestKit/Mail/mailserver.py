"""A mail server (aiosmtpd) that tests tell how to behave; TestMailServer.swift starts it in a folder of its own.

    python3 mailserver.py none|startTLS|implicit [USER PASSWORD]

It prints its port on 127.0.0.1. How it behaves stands in mode.json, which is read whenever it matters. What it gets it
writes to mail-<n>.json as a recipient's program would read it. The file sessions has a line for each connection, the
file ended one for each that it ended.
"""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

warnings.simplefilter("ignore")
sessions = 0
mails = 0


def mode(name):
    """What mode.json says of a step: null, "hang", "cut", or a reply such as "550 no"."""
    with open("mode.json", encoding="utf-8") as file:
        return json.load(file).get(name)


def note(name):
    """Adds a line to a file, for a test to count."""
    with open(name, "a", encoding="utf-8") as file:
        file.write("one\n")


class Server(SMTP):
    async def _handle_client(self):
        global sessions
        sessions += 1
        self.number = sessions
        note("sessions")
        if await self.obeys("greeting"):
            self.transport.close()
        else:
            await super()._handle_client()

    async def obeys(self, step):
        """Does what mode.json says of the step; false where that is nothing."""
        told = mode(step)
        if told == "hang":
            await asyncio.sleep(3600)
        elif told == "cut":
            self.transport.abort()
            await asyncio.sleep(3600)
        elif told:
            await self.push(told)
        return bool(told)

    async def smtp_MAIL(self, arg):
        if not await self.obeys("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.obeys("recipient"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if not await self.obeys("data"):
            await super().smtp_DATA(arg)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        global mails
        mails += 1
        record(envelope, session, server.number)
        told = mode("message")
        if told in ("hang", "cut"):
            await server.obeys("message")
        if mode("closes"):
            asyncio.get_running_loop().call_soon(asyncio.ensure_future, close(server))
        return told or "250 taken"


async def close(server):
    """As a server ends a connection that has been idle for too long."""
    await asyncio.sleep(0.02)
    await server.push("421 idle for too long")
    server.transport.close()
    note("ended")


def record(envelope, session, number):
    content = envelope.original_content
    policy = email.policy.SMTP
    message = email.message_from_bytes(content, policy=policy)
    defects = [str(defect) for part in message.walk() for defect in part.defects]
    defects += [f"{name}: {defect}" for name, value in message.items() for defect in value.defects]
    try:
        strict = email.message_from_bytes(content, policy=email.policy.strict + policy)
        [str(value) for value in strict.values()]
        [part.get_content() for part in strict.walk() if not part.is_multipart()]
    except Exception as error:
        defects.append(repr(error))
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    to = message["To"].addresses[0] if message["To"] and message["To"].addresses else None
    mail = {
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "headers": [[name, str(value)] for name, value in message.items()],
        "recipientName": to.display_name if to else "",
        "recipientAddress": to.addr_spec if to else "",
        "type": message.get_content_type(),
        "text": parts.get("text/plain", ""),
        "html": parts.get("text/html", ""),
        "defects": defects,
        "raw": content.decode("latin-1"),
        "session": number,
        "isEncrypted": session.ssl is not None or server_is_implicit,
        "user": (session.auth_data.login.decode() if session.authenticated and session.auth_data else None),
    }
    with open("part", "w", encoding="utf-8") as file:
        json.dump(mail, file)
    os.rename("part", f"mail-{mails:06}.json")


def authenticate(server, session, envelope, mechanism, data):
    user, password = (text.encode() for text in sys.argv[2:4])
    if (data.login, data.password) == (user, password):
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False)


async def main():
    loop = asyncio.get_running_loop()
    context = None
    if sys.argv[1] != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("certificate.pem", "key.pem")
    needs_login = len(sys.argv) > 2

    def connection():
        return Server(
            Handler(),
            hostname="mail.test",
            tls_context=context if sys.argv[1] == "startTLS" else None,
            require_starttls=sys.argv[1] == "startTLS",
            auth_required=needs_login,
            auth_require_tls=sys.argv[1] == "startTLS",
            authenticator=authenticate if needs_login else None,
            loop=loop,
        )

    server = await loop.create_server(connection, "127.0.0.1", 0, ssl=context if server_is_implicit else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


server_is_implicit = sys.argv[1] == "implicit"
asyncio.run(main())
