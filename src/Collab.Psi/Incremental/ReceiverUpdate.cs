using Collab.Primitives;
using Collab.Psi.Ecdh;

namespace Collab.Psi.Incremental;

/// <summary>The receiver's side of one update on disk: reads only what the changes touch, writes a new layer of each store.</summary>
internal sealed class ReceiverUpdate : IDisposable
{
    private readonly IncrementalState _state;
    private readonly IReadOnlyList<IncrementalItem> _additions;
    private readonly UInt128[] _removedIds;
    private readonly UInt128[] _removedMasks;
    private readonly RecordStore _byId;
    private readonly RecordStore _byMask;
    private readonly RecordStore _sender;

    /// <summary>Opens the stores and checks the caller's changes against them, before anything is sent.</summary>
    public ReceiverUpdate(IncrementalState state, IReadOnlyList<IncrementalItem> additions, IReadOnlyList<UInt128> removals)
    {
        (_state, _additions) = (state, additions);
        _byId = state.OpenById();
        _byMask = state.OpenByMask();
        _sender = state.OpenSender();
        try
        {
            _removedIds = Sorted(removals);
            _removedMasks = new UInt128[_removedIds.Length];
            var there = _byId.Find(_removedIds, _removedMasks);
            if (there.Contains(false)) throw new ArgumentException("An identifier is removed that is not there.", nameof(removals));
            var addedIds = Sorted([.. additions.Select(item => item.Id)]);
            if (Masks128.HasRepetition(_removedIds) || Masks128.HasRepetition(addedIds)) throw new ArgumentException("An identifier comes twice.", nameof(additions));
            var taken = _byId.Find(addedIds, new UInt128[addedIds.Length]);
            for (var i = 0; i < taken.Length; i++)
            {
                if (taken[i] && Array.BinarySearch(_removedIds, addedIds[i]) < 0) throw new ArgumentException("An identifier is added that is there.", nameof(additions));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Writes the layers and the changes of the intersection, and describes the version that results.</summary>
    /// <param name="own">Masks of the additions, in their order.</param>
    /// <param name="came">Masks of what the sender adds.</param>
    /// <param name="went">Masks of what the sender removes.</param>
    /// <param name="peer">The sender, to be named when it breaks a rule.</param>
    /// <param name="step">The step of the sender's changes.</param>
    /// <param name="replyStep">The step of the masks of the additions.</param>
    public IncrementalManifest Write(UInt128[] own, UInt128[] came, UInt128[] went, PartyId peer, StepId step, StepId replyStep)
    {
        Array.Sort(came);
        Array.Sort(went);
        PeerFaultException.ThrowUnless(!Masks128.HasRepetition(came) && !Masks128.HasRepetition(went), peer, step, "each item once");
        PeerFaultException.ThrowUnless(Masks128.CountIn(came, went, Masks128.LargestWidth) == 0, peer, step, "an item either added or removed");

        var added = new UInt128[own.Length];
        own.CopyTo(added, 0);
        var order = Enumerable.Range(0, own.Length).ToArray();
        Array.Sort(added, order);
        var addedIds = Array.ConvertAll(order, place => _additions[place].Id);
        CheckDistinct(added, order, peer, replyStep);
        var gone = _removedMasks.Order().ToArray();

        // Every mask that any change touches, and how it stood before.
        UInt128[] touched = [.. added.Concat(gone).Concat(came).Concat(went).Distinct().Order()];
        var ids = new UInt128[touched.Length];
        var ownBefore = _byMask.Find(touched, ids);
        var senderBefore = _sender.Find(touched, new UInt128[touched.Length]);

        List<UInt128> entered = [], left = [];
        for (var i = 0; i < touched.Length; i++)
        {
            var mask = touched[i];
            var at = Array.BinarySearch(added, mask);
            var (comes, goes) = (Array.BinarySearch(came, mask) >= 0, Array.BinarySearch(went, mask) >= 0);
            var leaves = Array.BinarySearch(gone, mask) >= 0;
            if (at >= 0 && ownBefore[i] && !leaves) throw new ArgumentException("An item is added that is there.");
            PeerFaultException.ThrowUnless(!(comes && senderBefore[i]), peer, step, "no item added that is there");
            PeerFaultException.ThrowUnless(!goes || senderBefore[i], peer, step, "no item removed that is not there");

            UInt128? before = ownBefore[i] && senderBefore[i] ? ids[i] : null;
            UInt128? id = at >= 0 ? addedIds[at] : ownBefore[i] && !leaves ? ids[i] : null;
            var after = comes || (senderBefore[i] && !goes) ? id : null;
            if (before == after) continue;
            if (before is { } old) left.Add(old);
            if (after is { } now) entered.Add(now);
        }

        var byId = addedIds.Zip(added).OrderBy(pair => pair.First).Select(pair => (pair.First, pair.Second)).ToArray();
        // An identifier that left with one item and came back with another is in the intersection before and after: no change of it.
        var both = entered.Intersect(left).ToHashSet();
        return _state.Manifest with
        {
            Version = _state.Manifest.Version + 1,
            ById = _byId.Extend(byId, _removedIds),
            ByMask = _byMask.Extend([.. added.Zip(addedIds)], gone),
            Sender = _sender.Extend(Array.ConvertAll(came, mask => (mask, default(UInt128))), went),
            Added = WriteIds("entered", entered.Where(id => !both.Contains(id))),
            Removed = WriteIds("left", left.Where(id => !both.Contains(id))),
            // Of a state made for measurements the matches of its beginning are not known.
            Matches = (ulong)Math.Max(0, (long)_state.Manifest.Matches + entered.Count - left.Count),
        };
    }

    public void Dispose()
    {
        _byId.Dispose();
        _byMask.Dispose();
        _sender.Dispose();
    }

    /// <summary>Equal masks of unequal items are the sender's doing, those of equal items the caller's.</summary>
    private void CheckDistinct(UInt128[] masks, int[] order, PartyId peer, StepId step)
    {
        var isRepeated = false;
        for (var i = 1; i < masks.Length; i++)
        {
            if (masks[i] != masks[i - 1]) continue;
            isRepeated = true;
            PeerFaultException.ThrowUnless(
                _additions[order[i]].Item.Span.SequenceEqual(_additions[order[i - 1]].Item.Span), peer, step, "another mask for each item");
        }

        if (isRepeated) throw new ArgumentException("Two of the added items are equal.");
    }

    private string? WriteIds(string name, IEnumerable<UInt128> ids)
    {
        UInt128[] sorted = [.. ids.Order()];
        if (sorted.Length == 0) return null;
        using var writer = new SortedRunWriter(_state.Folder, $"{name}-{Guid.NewGuid():n}", 0);
        foreach (var id in sorted) writer.Append(id, 0);
        writer.Finish();
        return writer.Name;
    }

    private static UInt128[] Sorted(IReadOnlyList<UInt128> values)
    {
        UInt128[] sorted = [.. values];
        Array.Sort(sorted);
        return sorted;
    }
}
