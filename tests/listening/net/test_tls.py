"""The certificate is that of the name that was asked, although an address is dialled."""

import datetime
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from listening.net import Client, Settings, SourceError

from .servers import AGENT, PUBLIC, reply


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for news.example that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "news.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate):
    """A TLS server; `asked` collects the names its clients asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, _: asked.append(name)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65536)
                    connection.sendall(reply(200, b"over TLS"))
            except OSError:
                continue

    threading.Thread(target=serve, daemon=True).start()
    yield listening.getsockname()[1], asked
    listening.close()


def client(port, context=None):
    return Client(
        Settings(agent=AGENT, deadline=1.0),
        None,
        resolver=lambda host, _: [PUBLIC],
        dialler=lambda address, _, seconds: (socket.create_connection(("127.0.0.1", port), seconds), address),
        ssl_context=context,
    )


def test_the_name_is_asked_for_and_the_certificate_fits(secure, certificate):
    port, asked = secure
    trusting = ssl.create_default_context(cafile=str(certificate))
    assert client(port, trusting).get("https://News.Example./a").body == b"over TLS"
    assert asked == ["news.example"]


def test_a_certificate_for_another_name_is_refused(secure, certificate):
    port, asked = secure
    trusting = ssl.create_default_context(cafile=str(certificate))
    with pytest.raises(SourceError, match="certificate of other.example is not valid.*mismatch") as caught:
        client(port, trusting).get("https://other.example/")
    assert caught.value.kind == "transient"
    assert asked == ["other.example"]


def test_a_certificate_that_nobody_signed_is_refused(secure):
    port, _ = secure
    with pytest.raises(SourceError, match="certificate of news.example"):
        client(port).get("https://news.example/")


def test_a_handshake_that_never_comes_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        began = time.monotonic()
        with pytest.raises(SourceError, match="in time"):
            client(listening.getsockname()[1]).get("https://news.example/")
        assert time.monotonic() - began < 2
