using System.Numerics;
using Collab.HomomorphicEncryption;
using Collab.Primitives;
using Collab.Psi.Circuit;

namespace Collab.Psi.Unbalanced;

/// <summary>Checked parameters of an unbalanced intersection: false positives below 2^-40 a query, placements that exist, noise that leaves every answer right.</summary>
/// <remarks>Nothing else can be made. Both parties compare <see cref="Id"/> before anything else. Immutable; safe to use from many threads.
/// Each bound is derived in specs/psi-unbalanced.md, "Parameters and why".</remarks>
public sealed class UnbalancedParameters
{
    /// <summary>The most items of a receiver.</summary>
    public const int LargestReceiver = 1 << 16;

    /// <summary>The most items of a sender.</summary>
    public const int LargestSender = 1 << 24;

    /// <summary>The largest label, in bytes.</summary>
    public const int LargestLabel = 1 << 12;

    /// <summary>Bytes of a label's nonce.</summary>
    internal const int NonceSize = 6;

    /// <summary>Salts that are tried for a placement.</summary>
    internal const int Salts = 64;

    private const double FalsePositiveBits = 40;
    private const double NoiseFailureBits = 60;
    private const double LargestPlacementFailure = 0.5;      // of one salt; of all 64 of them 2^-64
    private const int LargestPlaintextBits = 22;
    private const double NormMargin = 1.1;

    private UnbalancedParameters(UnbalancedParametersLiteral literal)
    {
        (ReceiverItems, SenderItems, LabelSize) = (literal.ReceiverItems, literal.SenderItems, literal.LabelSize);
        (Tables, Bundles, Places, Tags) = (literal.Tables, literal.Bundles, literal.Places, literal.Tags);
        Encryption = BfvParameters.Create(literal.Encryption);
        LabelBits = BitOperations.Log2(Encryption.PlaintextModulus);
        NonceNumbers = LabelSize == 0 ? 0 : Quotient(8 * NonceSize, LabelBits);
        LabelNumbers = Quotient(8 * LabelSize, LabelBits);
        FalsePositiveLog2 = UnbalancedBounds.FalsePositive(ReceiverItems, Bundles, Tags, Encryption.PlaintextModulus);
        PlacementFailure = UnbalancedBounds.PlacementFailure(SenderItems, Choices, Bins, Bundles, Places, Encryption.PlaintextModulus);
        double n = Encryption.RingDegree, t = Encryption.PlaintextModulus;
        LargestNorm = NormMargin * t * Math.Sqrt(n / 12);
        Noise = NoisePrediction.OfSumOfProducts(Encryption, Math.Max(1, Places - 1), n * t / 2, LargestNorm, 1);
        NoiseFailureLog2 = NoisePrediction.FailureLog2OfSumOfProducts(Encryption, Math.Max(1, Places - 1), LargestNorm, 1, (double)Tables * Bundles * Values);
        Id = Digest.Of("collab-psi-unbalanced-1", new CanonicalWriter().UInt32((uint)ReceiverItems).UInt32((uint)SenderItems).UInt32((uint)LabelSize)
            .UInt32((uint)Tables).UInt32((uint)Bundles).UInt32((uint)Places).UInt32((uint)Tags).Digest(Encryption.Id).Written);
    }

    /// <summary>M: what the receiver's number of items is padded to.</summary>
    public int ReceiverItems { get; }

    /// <summary>n: the most items of the sender.</summary>
    public int SenderItems { get; }

    /// <summary>Bytes of a label; 0 without labels.</summary>
    public int LabelSize { get; }

    /// <summary>c: tables of N bins each.</summary>
    public int Tables { get; }

    /// <summary>G: bundles of each table.</summary>
    public int Bundles { get; }

    /// <summary>B: items of one bin in one bundle, and coefficients of a polynomial.</summary>
    public int Places { get; }

    /// <summary>K: numbers modulo t by which an item is recognised.</summary>
    public int Tags { get; }

    /// <summary>Ring, t and primes.</summary>
    public BfvParameters Encryption { get; }

    /// <summary>h: how many bins an item may lie in; one suffices for a single item of the receiver.</summary>
    public int Choices => ReceiverItems == 1 ? 1 : BinLayout.Choices;

    /// <summary>All bins: c·N.</summary>
    public int Bins => Tables * Encryption.RingDegree;

    /// <summary>V: numbers modulo t that a bundle has for each item: tags, nonce of the label, label.</summary>
    public int Values => Tags + NonceNumbers + LabelNumbers;

    /// <summary>log₂ of the chance that a query names any item that the sender has not; at most −40.</summary>
    public double FalsePositiveLog2 { get; }

    /// <summary>The chance at most that n items have no placement under one salt; 64 are tried.</summary>
    public double PlacementFailure { get; }

    /// <summary>The noise of an answer.</summary>
    public NoiseBound Noise { get; }

    /// <summary>log₂ of the chance at most that noise makes any number of a query's answers wrong; at most −60, by proof.</summary>
    public double NoiseFailureLog2 { get; }

    /// <summary>The digest of all numbers.</summary>
    public Digest Id { get; }

    /// <summary>Bits of a label or nonce in one number.</summary>
    internal int LabelBits { get; }

    internal int NonceNumbers { get; }

    internal int LabelNumbers { get; }

    /// <summary>The largest √(Σ m_i²) of a plaintext; the sender refuses a database with a larger one, which has chance below 2^-60.</summary>
    internal double LargestNorm { get; }

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">The message says which bound does not hold.</exception>
    /// <exception cref="InsecureParametersException">The encryption has less than 128 bits.</exception>
    public static UnbalancedParameters Create(UnbalancedParametersLiteral literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        Require(literal.ReceiverItems is >= 1 and <= LargestReceiver, $"The receiver has 1 to {LargestReceiver} items.");
        Require(literal.SenderItems is >= 1 and <= LargestSender, $"The sender has 1 to {LargestSender} items.");
        Require(literal.LabelSize is >= 0 and <= LargestLabel, $"A label has at most {LargestLabel} bytes.");
        Require(literal.Tables is >= 1 and <= 64 && literal.Bundles is >= 1 and <= 1 << 16 && literal.Tags is >= 1 and <= MostTags, "Tables, bundles and tags are within their ranges.");
        Require(literal.Encryption.SpecialModulus is null, "There is no key switching, and so no prime for it.");
        Require(literal.Encryption.PlaintextModulus >> LargestPlaintextBits == 0, $"The plaintext modulus has at most {LargestPlaintextBits} bits.");
        Require(literal.Places >= 2 && literal.Places < (int)Math.Min(literal.Encryption.PlaintextModulus / 2, 1 << 11), "A bundle has 2 to 2047 places in a bin, and fewer than half the points.");
        var parameters = new UnbalancedParameters(literal);
        Require(parameters.Bins >= (parameters.Choices == 1 ? 1 : BinLayout.Of(parameters.ReceiverItems).BinCount), "There are bins enough for the receiver's items.");
        Require(parameters.FalsePositiveLog2 <= -FalsePositiveBits, "False positives of a query have a chance of at most 2^-40.");
        Require(parameters.PlacementFailure <= LargestPlacementFailure, "The sender's items have a placement under every other salt at least.");
        Require(parameters.Noise.Likely < 0.5 && parameters.NoiseFailureLog2 <= -NoiseFailureBits, "The noise leaves the answers right.");
        return parameters;
    }

    /// <summary>The most tags: as many as two hashes beside the point's give.</summary>
    internal const int MostTags = 5;

    private static void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException(rule);
    }

    private static int Quotient(int bits, int size) => (bits + size - 1) / size;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{SenderItems} x {ReceiverItems}, labels of {LabelSize} bytes: {Tables} x {Encryption.RingDegree} bins, {Bundles} bundles of {Places}, {Tags} tags, {Encryption}";
}
