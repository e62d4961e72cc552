"""Key material by the cryptography library."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cyclades.domain.model.errors import InvalidInput
from cyclades.ports.keypairs import KeyMaker

KEY_BITS = 2048
LIFETIME = timedelta(days=3650)


class CryptographyKeyMaker(KeyMaker):
    """RSA keys; fingerprints of anything that looks like an OpenSSH key or a certificate."""

    def generate(self, kind: str, comment: str) -> tuple[str, str]:
        """A new RSA key."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ).decode()
        if kind == "x509":
            return private, _certificate(key, comment)
        public = (
            key.public_key()
            .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
            .decode()
        )
        return private, f"{public} {comment}"

    def fingerprint(self, kind: str, public_key: str) -> str:
        """MD5 of the key's blob (ssh), SHA-1 of the certificate (x509)."""
        if kind == "x509":
            return _pairs(_certificate_digest(public_key))
        parts = public_key.split(None, 2)
        try:
            blob = base64.b64decode(parts[1], validate=True)
            length = int.from_bytes(blob[:4], "big")
            named = blob[4 : 4 + length].decode("ascii")
        except (IndexError, ValueError) as error:
            raise _invalid() from error
        # It becomes one line of a guest's file.
        if named != parts[0] or not public_key.strip().replace("\t", " ").isprintable():
            raise _invalid()
        return _pairs(hashlib.md5(blob, usedforsecurity=False).hexdigest())


def _invalid() -> InvalidInput:
    return InvalidInput(
        "Keypair data is invalid: failed to generate fingerprint", "keypair.public_key"
    )


def _pairs(digest: str) -> str:
    return ":".join(digest[index : index + 2] for index in range(0, len(digest), 2))


def _certificate_digest(pem: str) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise InvalidInput(
            "Keypair data is invalid: failed to generate X509 fingerprint", "keypair.public_key"
        ) from error
    der = certificate.public_bytes(serialization.Encoding.DER)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest()


def _certificate(key: rsa.RSAPrivateKey, comment: str) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, comment[:64])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
