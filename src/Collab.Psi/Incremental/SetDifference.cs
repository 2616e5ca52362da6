using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Psi.Incremental;

/// <summary>What became of one party's set since the version its state is at: found at home, by one pass over the stored names.</summary>
/// <remarks>
/// Time and memory are linear in the set (about 36 bytes an item); nothing is sent. Both parties of a state use it for all updates or neither
/// does: it makes the protocol's items from canonical keys (specs/psi-incremental.md, "Whole sets").
/// </remarks>
public sealed class SetDifference
{
    private readonly UInt128[] _names;
    private readonly int[] _places;

    private SetDifference(UInt128[] names, int[] places, IReadOnlyList<IncrementalItem> added, IReadOnlyList<IncrementalItem> removed) =>
        (_names, _places, Added, Removed) = (names, places, added, removed);

    /// <summary>What came, by the names that the state knows it by.</summary>
    public IReadOnlyList<IncrementalItem> Added { get; }

    /// <summary>What went.</summary>
    public IReadOnlyList<IncrementalItem> Removed { get; }

    /// <summary>Compares a whole set with what the state has of it.</summary>
    /// <param name="state">This party's state, with nothing unfinished in it.</param>
    /// <param name="keys">Canonical, distinct keys: the set as it is now.</param>
    /// <exception cref="ArgumentException">A key comes twice, or an update is unfinished.</exception>
    /// <exception cref="IncrementalStateException">The state is damaged.</exception>
    public static SetDifference Of(IncrementalState state, IReadOnlyList<ReadOnlyMemory<byte>> keys)
    {
        if (state.UnfinishedUpdate is not null) throw new ArgumentException("An update has to be settled first.", nameof(state));
        using var naming = state.OpenNames();
        var names = naming.Of(keys);
        int[] places = [.. Enumerable.Range(0, names.Length)];
        Array.Sort(names, places);
        if (Masks128.HasRepetition(names)) throw new ArgumentException("A key comes twice.", nameof(keys));

        List<IncrementalItem> added = [], removed = [];
        using var store = state.OpenById();
        var at = 0;
        foreach (var (stored, _) in store.Read())
        {
            for (; at < names.Length && names[at] < stored; at++) added.Add(Item(names[at]));
            if (at < names.Length && names[at] == stored) at++;
            else removed.Add(Item(stored));
        }

        for (; at < names.Length; at++) added.Add(Item(names[at]));
        return new(names, places, added, removed);

        IncrementalItem Item(UInt128 name) => new(name, naming.ItemOf(name));
    }

    /// <summary>The place among the keys of the item of that name, or −1 when it is not in the set now.</summary>
    public int PlaceOf(UInt128 name) => Array.BinarySearch(_names, name) is >= 0 and var at ? _places[at] : -1;
}
