using System.Security.Cryptography;
using System.Text;

namespace Collab.Console.People;

/// <summary>A password under PBKDF2-HMAC-SHA-256 (RFC 8018); the rounds are those of the node's own key files.</summary>
/// <param name="Salt">16 random bytes.</param>
/// <param name="Hash">32 bytes.</param>
/// <param name="Rounds">How many rounds.</param>
public sealed record PasswordHash(byte[] Salt, byte[] Hash, int Rounds)
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA-256 (Password Storage Cheat Sheet 2023).</summary>
    public const int StandardRounds = 600_000;

    private const int SaltSize = 16;
    private const int HashSize = 32;

    /// <summary>What a password is compared with when nobody has the name, so that it takes as long.</summary>
    public static PasswordHash OfNobody { get; } = new(new byte[SaltSize], new byte[HashSize], StandardRounds);

    /// <summary>Hashes a new password.</summary>
    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return new(salt, Derive(password, salt, StandardRounds), StandardRounds);
    }

    /// <summary>Whether it is the password; compared in constant time.</summary>
    public bool Matches(string password)
    {
        var derived = Derive(password, Salt, Rounds);
        try
        {
            return CryptographicOperations.FixedTimeEquals(derived, Hash);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Says nothing of the password.</summary>
    public override string ToString() => $"{Rounds} rounds";

    // The same password typed on two keyboards must be the same bytes (RFC 8265: normalization form C).
    private static byte[] Derive(string password, byte[] salt, int rounds)
    {
        var bytes = Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC));
        try
        {
            return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, rounds, HashAlgorithmName.SHA256, HashSize);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
