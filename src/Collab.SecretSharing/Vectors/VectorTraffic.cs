using System.Numerics;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.Vectors;

/// <summary>Adds up what operations on vectors send, of all parties together: for what is said of a run before anybody approves it.</summary>
/// <param name="parties">Two or three.</param>
/// <param name="isChecked">Whether one of three may deviate.</param>
/// <param name="isDealt">Whether two have a dealer.</param>
/// <remarks>
/// The rates are those of "Cost" in specs/replicated-sharing.md and two-party-ring.md; what proofs add is measured on vectors of 3 to 900 elements
/// (SealedBidTests), and less for longer ones.
/// </remarks>
public sealed class VectorTraffic(int parties, bool isChecked, bool isDealt = false)
{
    private readonly double _planeRow = parties == 2 ? 64 : 512; // elements to which bit planes are filled up
    private readonly int _proved = isChecked ? 7 : 1;          // what passes for each byte of the protocol itself
    private long _messages;
    private double _bytes, _transfers, _products, _conjunctions;

    /// <summary>Whether there are two parties.</summary>
    public bool IsPair => parties == 2;

    /// <summary>Messages, with the set-up of transfers where there are any.</summary>
    public long Messages => _messages + (_transfers > 0 ? 14 : 0);

    /// <summary>Their bytes.</summary>
    public long Bytes => (long)_bytes + (_transfers > 0
        ? (2 * ExtendedTransfers.SetUpCost.Bytes) + ExtendedTransfers.CostOf(TransferForm.Extension, (long)_transfers).Bytes
        : 0);

    /// <summary>About how many triples of each kind two parties use if they made enough ahead.</summary>
    public (long Products, long Conjunctions) Triples => ((long)_products, (long)_conjunctions);

    /// <summary>Messages of the caller's own.</summary>
    public void Send(long messages, double bytes) => (_messages, _bytes) = (_messages + messages, _bytes + bytes);

    /// <summary>Inputs of so many words in so many vectors; of two parties a value stays with its owner, whole.</summary>
    public void Input(long words, int vectors)
    {
        if (!IsPair) Send(vectors, 8 * words);
    }

    /// <summary>Products of words, in one round.</summary>
    public void Multiply(double count)
    {
        Send(isDealt ? 2 : IsPair ? 6 : 3, (isDealt ? 40 : IsPair ? 2 * 296.0 : 24.0 * _proved) * count);
        _products += count;
        if (IsPair && !isDealt) _transfers += 128 * count;
    }

    /// <summary>Inner products, or sums of products, in one round: of three parties each costs what its outputs do.</summary>
    public void AddProducts(double products, double outputs) => Multiply(IsPair ? products : outputs);

    /// <summary>Comparisons, each with its conversion to a word.</summary>
    public void Compare(long count, int bits)
    {
        var padded = Math.Ceiling(count / _planeRow) * _planeRow;
        if (IsPair)
        {
            Send(isDealt ? 9 * (4 + Log(bits)) / 4 : 4 * (4 + Log(bits)), padded * (isDealt ? 114 + 40 : 46 * 2) * bits / 63); // with a dealer, who is asked ahead and seldom, 182 conjunctions of 5/8 bytes, and a word
            (_products, _conjunctions) = (_products + count, _conjunctions + (padded * 182 * bits / 63));
            if (!isDealt) _transfers += padded * 364 * bits / 63;
            return;
        }

        Send(3 * (4 + Log(bits)), 3 * _proved * ((padded * (((bits + 1) / 24.0) + (3 * bits / 8.0))) + (count * 10.7)));
    }

    /// <summary>A sort of so many rows with so many vectors beside the key.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="bits">Of the key.</param>
    /// <param name="vectors">Beside the key.</param>
    /// <param name="rowBits">Of the row's number where the key carries it.</param>
    public void Sort(long count, int bits, int vectors, int rowBits = 0)
    {
        if (!isChecked && !IsPair)
        {
            Compare(count, bits);                                   // to bits
            Send(3L * 8 * ((bits + 1) / 2), 3 * 96.0 * count * ((bits + 1) / 2));
            Send(21, 3 * count * ((2 * 16.0) + 16 + (16.0 * (vectors + 2)) + 8)); // 8f, then the vectors in one shuffle
            return;
        }

        foreach (var pairs in SortingNetwork.PairsOfStages((int)Math.Min(count, int.MaxValue)))
        {
            Compare(pairs, bits + rowBits);
            Multiply((vectors + 1.0) * pairs);
        }
    }

    /// <summary>⌈log₂⌉.</summary>
    internal static int Log(long value) => value <= 1 ? 0 : BitOperations.Log2((ulong)value - 1) + 1;
}
