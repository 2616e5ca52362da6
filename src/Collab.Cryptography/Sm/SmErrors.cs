using Collab.Primitives;

namespace Collab.Cryptography.Sm;

/// <summary>How the SM suite fails.</summary>
public static class SmErrors
{
    /// <summary>libcrypto 3 is not installed, was built without SM2, SM3 or SM4, or answers the standard's vectors wrongly.</summary>
    public static readonly ErrorCode LibraryMissing = new(
        "sm.library-missing", ErrorKind.Internal, "Install an OpenSSL 3 library (libcrypto.so.3) built with SM2, SM3 and SM4, or use the international suite.");

    /// <summary>libcrypto refused an operation that should not fail.</summary>
    public static readonly ErrorCode LibraryFailed = new(
        "sm.library-failed", ErrorKind.Internal, "Check the system's OpenSSL configuration; a restricted provider may forbid the SM algorithms.");

    /// <summary>The provider at hand does not compute with private keys in constant time.</summary>
    public static readonly ErrorCode PublicOnly = new(
        "sm.public-only", ErrorKind.Refused, "Use libcrypto or a device for private SM2 keys; this provider verifies and hashes alone.");

    /// <summary>A sealed delivery does not open: another recipient, context or key, or altered bytes.</summary>
    public static readonly ErrorCode NotOpened = new(
        "sm.not-opened", ErrorKind.Evidence, "Ask the sender to deliver it again, to the key and for the purpose expected here.");
}
