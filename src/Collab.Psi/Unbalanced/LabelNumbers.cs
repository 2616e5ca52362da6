namespace Collab.Psi.Unbalanced;

/// <summary>Nonce and encrypted label as numbers of so many bits each, lowest bits first; the last number of either is filled up with zeros.</summary>
internal static class LabelNumbers
{
    /// <summary>Cuts bytes, little-endian, into numbers.</summary>
    public static void Split(ReadOnlySpan<byte> bytes, int bits, Span<uint> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
        {
            uint number = 0;
            for (var bit = 0; bit < bits; bit++)
            {
                var at = (i * bits) + bit;
                if (at < 8 * bytes.Length) number |= (uint)((bytes[at >> 3] >> (at & 7)) & 1) << bit;
            }

            numbers[i] = number;
        }
    }

    /// <summary>Puts bytes together; bits beyond them are left out, whatever they are.</summary>
    public static void Join(ReadOnlySpan<uint> numbers, int bits, Span<byte> bytes)
    {
        bytes.Clear();
        for (var at = 0; at < 8 * bytes.Length; at++)
        {
            bytes[at >> 3] |= (byte)(((numbers[at / bits] >> (at % bits)) & 1) << (at & 7));
        }
    }
}
