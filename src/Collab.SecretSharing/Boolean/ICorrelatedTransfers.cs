using Collab.Arithmetic.BinaryField;
using Collab.Primitives;

namespace Collab.SecretSharing.Boolean;

/// <summary>Where the two-party engine takes its oblivious transfers from: random correlated transfers of one pair of parties, in both directions.</summary>
/// <remarks>
/// C[i] = A[i]·Δ + B[i] over GF(2^128): the party called sender has Δ and B, the other the uniform bits A and C. Both parties call
/// the matching members in the same order. Silent or extended transfers stand behind it, in tests a dealer.
/// </remarks>
public interface ICorrelatedTransfers
{
    /// <summary>The sender's half of the next transfers, with the Δ of these.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<TransferSenderBatch> SendAsync(int count, CancellationToken cancellation = default);

    /// <summary>The receiver's half of the next transfers.</summary>
    /// <param name="count">How many, 1 or more.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<TransferReceiverBatch> ReceiveAsync(int count, CancellationToken cancellation = default);
}

/// <summary>The sender's half of random correlated transfers. Secret; zeroed by <see cref="Dispose"/>.</summary>
/// <param name="delta">Δ.</param>
/// <param name="blocks">B, shape [n]; owned from here on.</param>
public sealed class TransferSenderBatch(Gf128 delta, NativeBuffer<Gf128> blocks) : IDisposable
{
    /// <summary>Δ.</summary>
    public Gf128 Delta => delta;

    /// <summary>B, shape [n].</summary>
    public ReadOnlySpan<Gf128> Blocks => blocks.Span;

    /// <summary>Zeroes the blocks.</summary>
    public void Dispose() => blocks.Dispose();
}

/// <summary>The receiver's half of random correlated transfers. Secret; zeroed by <see cref="Dispose"/>.</summary>
/// <param name="choices">A, n bits; owned from here on.</param>
/// <param name="blocks">C, shape [n]; owned from here on.</param>
public sealed class TransferReceiverBatch(BitVector choices, NativeBuffer<Gf128> blocks) : IDisposable
{
    /// <summary>A, n bits.</summary>
    public BitVector Choices => choices;

    /// <summary>C, shape [n].</summary>
    public ReadOnlySpan<Gf128> Blocks => blocks.Span;

    /// <summary>Zeroes choices and blocks.</summary>
    public void Dispose()
    {
        choices.Clear();
        blocks.Dispose();
    }
}
