using Collab.Primitives;

namespace Collab.Identity;

/// <summary>What can be wrong with a party's own identity folder.</summary>
public static class IdentityErrors
{
    /// <summary>There is an identity already.</summary>
    public static readonly ErrorCode Exists = new(
        "identity.exists", ErrorKind.InvalidInput, "Choose an empty folder, or keep this identity and rotate it.");

    /// <summary>A file is not there.</summary>
    public static readonly ErrorCode Missing = new(
        "identity.missing", ErrorKind.InvalidInput, "Run 'collab node init', or point the configuration to the identity folder.");

    /// <summary>Others on this machine can read a private key.</summary>
    public static readonly ErrorCode Exposed = new(
        "identity.exposed", ErrorKind.InvalidInput, "Set the folder to 0700 and its key files to 0600; rotate the keys if others had access.");

    /// <summary>The passphrase does not open the key, or one is needed and none was given.</summary>
    public static readonly ErrorCode Passphrase = new(
        "identity.passphrase", ErrorKind.InvalidInput, "Give the passphrase that was set when the identity was made.");

    /// <summary>A file is not what it should be.</summary>
    public static readonly ErrorCode Damaged = new(
        "identity.damaged", ErrorKind.InvalidInput, "Restore the identity folder from a backup, or make a new identity and have its pin accepted.");

    /// <summary>The node's certificate expires within three weeks.</summary>
    public static readonly ErrorCode ExpiresSoon = new(
        "identity.expires-soon", ErrorKind.Failed, "Run 'collab consortium rotate': a running node takes the new certificate up by itself, and the pin stays.");

    /// <summary>The node's certificate has expired.</summary>
    public static readonly ErrorCode Expired = new(
        "identity.expired", ErrorKind.Failed, "Run 'collab consortium rotate' now: a running node takes the new certificate up by itself, and the pin stays.");

    /// <summary>A new authority is to be used that was not prepared.</summary>
    public static readonly ErrorCode NotPrepared = new(
        "identity.not-prepared", ErrorKind.InvalidInput, "Prepare the next authority first, and have its pin accepted by the consortium.");
}

/// <summary>Why a peer's certificate is refused (protocols/specs/identity.md, "Checks").</summary>
public static class TlsErrors
{
    /// <summary>No certificate was presented.</summary>
    public static readonly ErrorCode None = Refusal("none", "Configure that party's client with its certificate.");

    /// <summary>Not exactly a leaf and its authority.</summary>
    public static readonly ErrorCode ChainLength = Refusal("chain-length", "Present the leaf and the one authority that issued it, nothing more.");

    /// <summary>The authority is pinned for no party.</summary>
    public static readonly ErrorCode UnknownAuthority = Refusal("unknown-authority", "Have the pin of that party's authority accepted by the consortium.");

    /// <summary>The issuing certificate may not issue.</summary>
    public static readonly ErrorCode NotAnAuthority = Refusal("not-an-authority", "Issue the leaf from a certificate marked as authority.");

    /// <summary>The leaf was not issued by the authority presented with it.</summary>
    public static readonly ErrorCode NotIssued = Refusal("not-issued", "Present the authority that issued the leaf.");

    /// <summary>A signature with a hash that is no longer safe.</summary>
    public static readonly ErrorCode WeakSignature = Refusal("weak-signature", "Issue the certificate with SHA-256 or stronger.");

    /// <summary>A key of a kind or size that is not accepted.</summary>
    public static readonly ErrorCode WeakKey = Refusal("weak-key", "Use P-256 or P-384, or RSA with 3072 bits or more.");

    /// <summary>The certificate has expired.</summary>
    public static readonly ErrorCode Expired = Refusal("expired", "Rotate that party's certificate, and compare the clocks.");

    /// <summary>The certificate is not valid yet.</summary>
    public static readonly ErrorCode NotYetValid = Refusal("not-yet-valid", "Compare the clocks of both machines.");

    /// <summary>The certificate is not for this use.</summary>
    public static readonly ErrorCode WrongUse = Refusal("wrong-use", "Use a certificate for TLS clients and servers, as 'collab node init' makes it.");

    /// <summary>The certificate names no party, or several.</summary>
    public static readonly ErrorCode NoIdentity = Refusal("no-identity", "Issue the certificate with one URI collab://PARTY/ROLE as alternative name.");

    /// <summary>The certificate names a party that its authority does not belong to.</summary>
    public static readonly ErrorCode OtherParty = Refusal("other-party", "Use the certificate of the party's own authority.");

    /// <summary>Another party answered, or called, than was expected here.</summary>
    public static readonly ErrorCode UnexpectedParty = Refusal("unexpected-party", "Compare the party names and addresses in both configurations.");

    /// <summary>The role in the certificate is not allowed here.</summary>
    public static readonly ErrorCode WrongRole = Refusal("wrong-role", "Use the node's certificate between nodes and the operator's for the command line.");

    /// <summary>The key was revoked.</summary>
    public static readonly ErrorCode Revoked = Refusal("revoked", "Rotate that party's certificate; do not use the revoked key again.");

    /// <summary>The certificate cannot be read, or holds a critical extension that is not known.</summary>
    public static readonly ErrorCode Malformed = Refusal("malformed", "Issue the certificate as protocols/specs/identity.md describes.");

    private static ErrorCode Refusal(string reason, string next) => new($"tls.{reason}", ErrorKind.Peer, next);
}

/// <summary>A peer's certificate was refused.</summary>
public sealed class PeerCertificateException(ErrorCode code, string message, PartyId? party = null, Exception? inner = null)
    : CollabException(code, message, party, null, inner);
