namespace Collab.HomomorphicEncryption;

/// <summary>The largest log₂ of the whole modulus for 128-bit security against classical attacks, ternary secret.</summary>
/// <remarks>Source: Albrecht et al., "Homomorphic Encryption Security Standard", HomomorphicEncryption.org, November 2018, table 1.</remarks>
internal static class SecurityTable
{
    public static int LargestBits(int degree) => degree switch
    {
        1024 => 27,
        2048 => 54,
        4096 => 109,
        8192 => 218,
        16384 => 438,
        32768 => 881,
        _ => 0,
    };
}
