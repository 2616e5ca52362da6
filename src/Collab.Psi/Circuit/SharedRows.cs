using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Primitives;
using Collab.Psi.Vole;
using Collab.SecretSharing.Boolean;
using Collab.SecretSharing.TwoPartyRing;

namespace Collab.Psi.Circuit;

/// <summary>The rows of two tables whose keys match, which neither party knows: aligned once, then asked as often as wanted, for shares or by <see cref="JoinedTotals"/> for totals.</summary>
/// <remarks>
/// Each row stands in subsets of its owner's choice, which the other does not see: rows without a missing value in some columns, rows that a filter leaves. Opens nothing.
/// Not for two askers at once. Source: specs/analysis-joined.md, steps 1 to 4; memory 100 bytes for each of the sender's rows and 32 for each of the receiver's while it lives.
/// </remarks>
public sealed class SharedRows : IAsyncDisposable
{
    /// <summary>The most subsets of a party.</summary>
    public const int LargestSubsetCount = 64;

    private const string EngineFork = "joined-shares";
    private const string RingFork = "joined-words";

    private readonly SharedIntersection _shared;
    private readonly ReadOnlyMemory<ulong> _subsets;
    private readonly IChannel _fork;
    private readonly ExtendedTransfers? _transfers;
    private readonly Digest _context;
    private readonly Dictionary<(int?, int?), SharedBits> _members = [];
    private (TwoPartyEngine Engine, IChannel Fork)? _ring;

    private SharedRows(SharedIntersection shared, ReadOnlyMemory<ulong> subsets, IChannel channel, IChannel fork, BooleanEngine engine, ExtendedTransfers? transfers, RandomSource random, Digest context)
    {
        (_shared, _subsets, _fork, _transfers, _context, Channel, Engine, Random) = (shared, subsets, fork, transfers, context, channel, engine, random);
    }

    /// <summary>This party's end of computing over shares; the sender is its first party.</summary>
    public BooleanEngine Engine { get; }

    /// <summary>Bins: of each there is a share.</summary>
    public int BinCount => _shared.BinCount;

    /// <summary>At the receiver, which of its rows lies in each bin, −1 for none; null at the sender.</summary>
    public IReadOnlyList<int>? Items => _shared.Items;

    /// <summary>This party's end of computing over words modulo 2^64, with the transfers of <see cref="Engine"/>; opened when first asked for.</summary>
    public TwoPartyEngine Ring
    {
        get
        {
            if (_ring is { } open) return open.Engine;
            var fork = Channel.Fork(RingFork);
            _ring = (new TwoPartyEngine(Engine, fork, Digest.Of("collab.analysis-joined.words", _context.ToArray())), fork);
            return _ring.Value.Engine;
        }
    }

    /// <summary>How many rows the receiver has, of all subsets; 0 where one party has none.</summary>
    internal int ReceiverCount => _shared.ReceiverCount;

    internal bool IsSender => Engine.Party == BooleanParty.First;

    internal IChannel Channel { get; }

    /// <summary>How many rows this party has.</summary>
    internal int RowCount => _subsets.Length;

    /// <summary>Aligns two tables by their keys: psi-circuit, steps 1 to 6.</summary>
    /// <param name="party">The sender is the first, who will learn totals is the second.</param>
    /// <param name="channel">To the other party; forks are opened under it.</param>
    /// <param name="items">The keys of its rows: canonical, distinct; any length.</param>
    /// <param name="subsets">For each row in which of this party's subsets it is: bit k for subset k. The other learns nothing of it.</param>
    /// <param name="random">All randomness of this party.</param>
    /// <param name="options">Context, limits, threads; its plan is not used.</param>
    /// <param name="cancellation">Ends the run; the channel is of no use afterwards.</param>
    /// <exception cref="ArgumentException">Two keys are equal, or rows and words of subsets differ in number.</exception>
    /// <exception cref="PeerFaultException">The other party broke the protocol.</exception>
    public static async Task<SharedRows> AlignAsync(
        BooleanParty party, IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<ulong> subsets, RandomSource random,
        CircuitPsiOptions options, CancellationToken cancellation = default)
    {
        var transfers = new ExtendedTransfers(party, channel, random, options.Context, options.Transfers, options.Parallelism);
        try
        {
            return await AlignAsync(party, channel, items, subsets, random, options, SilentVectorOle.Instance, transfers, cancellation).ConfigureAwait(false);
        }
        catch
        {
            await transfers.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal static async Task<SharedRows> AlignAsync(
        BooleanParty party, IChannel channel, IReadOnlyList<ReadOnlyMemory<byte>> items, ReadOnlyMemory<ulong> subsets, RandomSource random,
        CircuitPsiOptions options, IVectorOle ole, ICorrelatedTransfers transfers, CancellationToken cancellation)
    {
        if (subsets.Length != items.Count) throw new ArgumentException("A word of subsets for each row.", nameof(subsets));
        var inner = options with { Plan = new CircuitPlan() };
        var fork = channel.Fork(EngineFork);
        var engine = new BooleanEngine(party, fork, transfers, inner.Context);
        try
        {
            var shared = party == BooleanParty.First
                ? await CircuitPsi.SendAsync(channel, engine, items, default, subsets, random, inner, ole, cancellation).ConfigureAwait(false)          // 1
                : await CircuitPsi.ReceiveAsync(channel, engine, items, true, random, inner, ole, cancellation).ConfigureAwait(false);                 // 1
            return new(shared, subsets, channel, fork, engine, transfers as ExtendedTransfers, random, inner.Context);
        }
        catch
        {
            engine.Dispose();
            await fork.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>For each bin, shared: its rows match, and each is in the named subset of its owner. Kept: do not dispose it.</summary>
    /// <param name="ofSender">The subset of the sender; null for all of its rows.</param>
    /// <param name="ofReceiver">The subset of the receiver; null for all of its rows.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>Two transfers a bin for each subset that is named.</remarks>
    public async Task<SharedBits> MembersAsync(int? ofSender, int? ofReceiver, CancellationToken cancellation = default)
    {
        if ((ofSender, ofReceiver) == (null, null)) return _shared.Members;
        if (_members.TryGetValue((ofSender, ofReceiver), out var known)) return known;
        SharedBits members;
        if (ofReceiver is { } own)
        {
            using var bits = SharedBits.OfKnown(BinCount, Items is null ? null : Plane(bin => Items[bin] >= 0 && IsIn(Items[bin], own)));
            members = await BooleanGates.AndAsync(Engine, await MembersAsync(ofSender, null, cancellation).ConfigureAwait(false), bits, cancellation).ConfigureAwait(false);
        }
        else
        {
            var subset = ofSender!.Value;
            using var bits = new SharedBits(Plane(bin => ((_shared.Subsets[bin] >> subset) & 1) != 0));
            members = await BooleanGates.AndAsync(Engine, _shared.Members, bits, cancellation).ConfigureAwait(false);
        }

        return _members[(ofSender, ofReceiver)] = members;
    }

    /// <summary>Shares modulo 2^128 of columns of the sender, a vector of bins for each, to be multiplied by members: meaningless where rows do not match.</summary>
    /// <param name="count">How many columns, the same at both.</param>
    /// <param name="columns">A value of each row for each column at the sender, shape [p][n]; nothing at the receiver.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>A store of 16·e(3n) bytes for each column: psi-circuit, step 5.</remarks>
    public Task<IReadOnlyList<SharedWords>> ColumnsAsync(int count, IReadOnlyList<ReadOnlyMemory<Int128>> columns, CancellationToken cancellation = default) =>
        _shared.Columns!.ShareAsync(count, columns, cancellation);

    /// <summary>Shares by exclusive or of 64 bits that the sender gives each of its rows, bin after bin: meaningless where rows do not match.</summary>
    /// <param name="column">Shape [n] at the sender; nothing at the receiver.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <remarks>A store, as of one column.</remarks>
    internal Task<ulong[]> BitsAsync(ReadOnlyMemory<ulong> column, CancellationToken cancellation) => _shared.Columns!.ShareBitsAsync(column, cancellation);

    /// <summary>This party's randomness.</summary>
    internal RandomSource Random { get; }

    /// <summary>Whether a row of this party is in a subset of its own; every row is in null.</summary>
    internal bool IsIn(int row, int? subset) => subset is not { } at || ((_subsets.Span[row] >> at) & 1) != 0;

    /// <inheritdoc/>
    public override string ToString() => _shared.ToString();

    /// <summary>Zeroes all shares and closes what was opened under the channel, which stays the caller's.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var members in _members.Values) members.Dispose();
        _shared.Dispose();
        if (_ring is { } ring)
        {
            ring.Engine.Dispose();
            await ring.Fork.DisposeAsync().ConfigureAwait(false);
        }

        Engine.Dispose();
        await _fork.DisposeAsync().ConfigureAwait(false);
        if (_transfers is not null) await _transfers.DisposeAsync().ConfigureAwait(false);
    }

    private BitVector Plane(Func<int, bool> bit)
    {
        var plane = new BitVector(BinCount);
        for (var bin = 0; bin < BinCount; bin++) plane[bin] = bit(bin);
        return plane;
    }
}
