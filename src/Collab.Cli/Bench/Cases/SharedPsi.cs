using Collab.Arithmetic.BinaryField;
using Collab.Channels;
using Collab.Cli.Bench.Parties;
using Collab.Primitives;
using Collab.Psi.Circuit;
using Collab.SecretSharing.Boolean;

namespace Collab.Cli.Bench.Cases;

/// <summary>
/// One party of a circuit intersection whose result stays shared. In the check the sender shows its shares; every bin of the receiver's
/// then says whether its item is one of the sender's.
/// </summary>
internal sealed class SharedPsi(BenchOptions options, BenchRole role, GeneratedItems items) : IBenchParty
{
    private const string EngineFork = "shares";

    private readonly long[] _values = role == BenchRole.A ? ValuesOf(items.Count) : [];
    private SharedIntersection? _found;

    /// <summary>What the sender's items carry.</summary>
    public static long[] ValuesOf(int count) => [.. Enumerable.Range(0, count).Select(i => (long)i)];

    /// <summary>The options of a run that opens count and sum, or nothing.</summary>
    public static CircuitPsiOptions OptionsOf(BenchOptions options, Digest context) =>
        new(context, new CircuitPlan { Values = CircuitValues.OfSender }) { Parallelism = options.Threads };

    public async Task RunAsync(IChannel channel, Digest context, CancellationToken cancellation)
    {
        _found?.Dispose();
        var (circuit, party) = (OptionsOf(options, context), role == BenchRole.A ? BooleanParty.First : BooleanParty.Second);
        await using var transfers = new ExtendedTransfers(party, channel, RandomSource.System, context);
        await using var fork = channel.Fork(EngineFork);
        using var engine = new BooleanEngine(party, fork, transfers, context);
        _found = role == BenchRole.A
            ? await CircuitPsi.SendAsync(channel, engine, items, _values, RandomSource.System, circuit, cancellation)
            : await CircuitPsi.ReceiveAsync(channel, engine, items, RandomSource.System, circuit, cancellation);
    }

    public async Task<bool> CheckAsync(IChannel channel, CancellationToken cancellation)
    {
        var own = _found!.Members.Share;
        if (role == BenchRole.A)
        {
            await ShownBlocks.ShowAsync(channel, BlocksOf(own), cancellation);
            return true;
        }

        var there = await ShownBlocks.SeeAsync(channel, BlocksOf(own).Length, cancellation);
        var here = BlocksOf(own);
        var common = items.Count - (items.Count / 2); // the receiver's first
        var seen = 0;
        for (var bin = 0; bin < own.Length; bin++)
        {
            var sum = here[bin / 128] + there[bin / 128];
            var isMember = ((bin % 128 < 64 ? sum.Low : sum.High) >> (bin % 64) & 1) == 1;
            var item = _found.Items![bin];
            if (isMember != (item >= 0 && item < common)) return false;
            if (isMember) seen++;
        }

        return seen == common;
    }

    public void Dispose() => _found?.Dispose();

    private static Gf128[] BlocksOf(BitVector bits)
    {
        var blocks = new Gf128[(bits.Length + 127) / 128];
        for (var w = 0; w < (bits.Length + 63) / 64; w++)
        {
            var block = blocks[w / 2];
            blocks[w / 2] = w % 2 == 0 ? new Gf128(bits.Words[w], block.High) : new Gf128(block.Low, bits.Words[w]);
        }

        return blocks;
    }
}
