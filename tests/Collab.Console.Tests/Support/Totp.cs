using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Collab.Console.Tests.Support;

/// <summary>What a person's telephone computes (RFC 6238: HMAC-SHA-1, six digits, steps of 30 s); written for the tests, from the standard.</summary>
internal static class Totp
{
    private const int StepSeconds = 30;

    /// <summary>The number of a moment's step.</summary>
    public static long Step(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    /// <param name="secret">The shared secret, in base 32 (RFC 4648); blanks and padding are ignored.</param>
    /// <param name="step">The step.</param>
    public static string Code(string secret, long step)
    {
        var counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        var hash = HMACSHA1.HashData(Base32(secret), counter);
        var offset = hash[^1] & 15;
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(offset)) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Base32(string text)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bytes = new List<byte>();
        var (bits, count) = (0, 0);
        foreach (var c in text.ToUpperInvariant().Where(c => c is not (' ' or '=' or '-')))
        {
            var value = alphabet.IndexOf(c, StringComparison.Ordinal);
            Assert.True(value >= 0, "The secret is not in base 32.");
            (bits, count) = (((bits & 0xff) << 5) | value, count + 5);
            if (count < 8) continue;
            count -= 8;
            bytes.Add((byte)((bits >> count) & 0xff));
        }

        return [.. bytes];
    }
}
