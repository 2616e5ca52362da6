namespace Collab.Psi.Unbalanced;

/// <summary>What a query takes.</summary>
/// <param name="ToSender">Bytes from the receiver to the sender.</param>
/// <param name="ToReceiver">Bytes from the sender to the receiver.</param>
/// <param name="Products">Products of a ciphertext with a plaintext at the sender.</param>
/// <param name="ResidentBytes">What the sender's polynomials take in memory.</param>
public sealed record UnbalancedCost(long ToSender, long ToReceiver, long Products, long ResidentBytes)
{
    private const int ElementSize = 32, DigestSize = 32;

    /// <summary>The cost by the formulas of the spec.</summary>
    public static UnbalancedCost Of(UnbalancedParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var encryption = parameters.Encryption;
        return Of(
            parameters.ReceiverItems, parameters.Tables, parameters.Bundles, parameters.Places, parameters.Values, encryption.RingDegree,
            encryption.PrimeBits);
    }

    internal static UnbalancedCost Of(int receiverItems, int tables, int bundles, int places, int values, int degree, IReadOnlyList<int> primeBits)
    {
        long fresh = DigestSize + 1 + 16 + ((long)degree * primeBits.Sum(bits => (bits + 7) / 8));     // bfv.md, "Messages"
        long answer = DigestSize + 3 + (2L * degree * ((primeBits[0] + 7) / 8));
        long elements = (long)ElementSize * receiverItems;
        long polynomials = (long)tables * bundles * values;
        return new(
            DigestSize + elements + ((long)tables * (places - 1) * fresh),
            DigestSize + 12 + elements + (polynomials * answer),
            polynomials * (places - 1),
            polynomials * places * degree * sizeof(int));
    }
}
