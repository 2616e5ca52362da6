using Collab.SecretSharing.Boolean;

namespace Collab.Psi.Circuit;

/// <summary>An intersection that neither party knows: a shared bit for each bin, and shares of the values in it.</summary>
/// <param name="members">Shared: the receiver's item of the bin is one of the sender's.</param>
/// <param name="items">At the receiver, which of its items lies in each bin, −1 for none; null at the sender.</param>
/// <param name="values">Shares of the value of the matching item of the sender, modulo 2^64; meaningless where nothing matches.</param>
/// <param name="squares">Shares of its square, modulo 2^128.</param>
/// <remarks>Feeds further computing on shares. Nothing here opens anything.</remarks>
public sealed class SharedIntersection(SharedBits members, IReadOnlyList<int>? items, SharedWords? values, SharedWords? squares) : IDisposable
{
    /// <summary>Bins.</summary>
    public int BinCount => members.Length;

    /// <summary>Shared: the receiver's item of the bin is one of the sender's. 0 in empty bins.</summary>
    public SharedBits Members => members;

    /// <summary>At the receiver, which of its items lies in each bin, −1 for none; null at the sender.</summary>
    public IReadOnlyList<int>? Items => items;

    /// <summary>Shares of the value of the matching item of the sender, modulo 2^64, to be multiplied by <see cref="Members"/>; null unless the plan has the sender's values.</summary>
    public SharedWords? SenderValues => values;

    /// <summary>Shares of its square, modulo 2^128; null unless the plan has the sender's squares.</summary>
    public SharedWords? SenderSquares => squares;

    /// <summary>How many items the receiver has; 0 where there are no bins.</summary>
    internal int ReceiverCount { get; init; }

    /// <summary>Shares by exclusive or of the 64 bits that the sender gave the matching item, bin after bin; meaningless where nothing matches. Empty unless it gave some.</summary>
    internal ulong[] Subsets { get; init; } = [];

    /// <summary>The way to shares of columns of the sender; null unless it was asked for.</summary>
    internal CircuitPsi.IColumnStores? Columns { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{BinCount} bins, shared";

    /// <summary>Zeroes all shares.</summary>
    public void Dispose()
    {
        members.Dispose();
        values?.Dispose();
        squares?.Dispose();
        Array.Clear(Subsets);
        Columns?.Dispose();
    }
}
