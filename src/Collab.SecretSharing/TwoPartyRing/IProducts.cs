using Collab.Primitives;
using Collab.SecretSharing.Boolean;

namespace Collab.SecretSharing.TwoPartyRing;

/// <summary>What the two-party engine cannot do locally: products of what it shares, by whatever means. Shares lie in words; results are the caller's.</summary>
internal interface IProducts : IDisposable
{
    /// <summary>Shares of x[i] · y[i] modulo 2^64.</summary>
    Task<NativeBuffer<ulong>> MultiplyAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation);

    /// <summary>Shares of x[i] and y[i], bit by bit.</summary>
    Task<NativeBuffer<ulong>> AndAsync(NativeBuffer<ulong> x, NativeBuffer<ulong> y, CancellationToken cancellation);

    /// <summary>Shares modulo 2^64 of the products of this party's words and the other's.</summary>
    /// <param name="own">This party's.</param>
    /// <param name="bits">Width of the chooser's, not negative.</param>
    /// <param name="chooses">Whether this party is the chooser.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<NativeBuffer<ulong>> MultiplyKnownAsync(NativeBuffer<ulong> own, int bits, bool chooses, CancellationToken cancellation);

    /// <summary>
    /// Shares modulo 2^64 of this party's words times the other's numbers, and of its numbers times the other's words, at once. As many words at one as numbers at the other.
    /// </summary>
    /// <param name="sent">This party's words, any.</param>
    /// <param name="chosen">This party's numbers, not negative.</param>
    /// <param name="bits">Width of both parties' numbers.</param>
    /// <param name="cancellation">Ends the run.</param>
    Task<(NativeBuffer<ulong> Sent, NativeBuffer<ulong> Chosen)> MultiplyKnownBothWaysAsync(
        NativeBuffer<ulong> sent, NativeBuffer<ulong> chosen, int bits, CancellationToken cancellation);

    /// <summary>This party's end over bits, whose transfers move rows; null where there are none.</summary>
    BooleanEngine? Mover { get; }

    /// <summary>Says that no more products will be asked for.</summary>
    Task EndAsync(CancellationToken cancellation);
}
