using Collab.Primitives;

namespace Collab.Evm;

/// <summary>The failures of a chain and the way to it, by code.</summary>
public static class EvmErrors
{
    /// <summary>libcrypto was built without secp256k1, or is not there.</summary>
    public static readonly ErrorCode CurveMissing = new(
        "chain.curve-missing", ErrorKind.Failed, "Install OpenSSL 3 with the curve secp256k1, as Debian has it.");

    /// <summary>A signature came out wrong: broken memory or a broken library.</summary>
    public static readonly ErrorCode SignatureWrong = new(
        "chain.signature-wrong", ErrorKind.Internal, "Do not use this machine for signing; test its memory and its OpenSSL.");
}
