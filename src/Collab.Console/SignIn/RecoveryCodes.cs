using System.Security.Cryptography;
using System.Text;

namespace Collab.Console.SignIn;

/// <summary>Codes that stand in for a lost authenticator: 80 random bits each, so that a plain digest of them may be kept.</summary>
public static class RecoveryCodes
{
    private const int Count = 10;
    private const int Size = 10;

    /// <summary>Ten fresh codes, as they are shown once.</summary>
    public static IReadOnlyList<string> Generate() =>
        [.. Enumerable.Range(0, Count).Select(_ => string.Join('-', TimeCode.ToBase32(RandomNumberGenerator.GetBytes(Size)).ToLowerInvariant().Chunk(4).Select(c => new string(c))))];

    /// <summary>What is kept of a code; spaces, dashes and case do not count.</summary>
    public static byte[] DigestOf(string code) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Where(char.IsLetterOrDigit)).ToUpperInvariant()));
}
