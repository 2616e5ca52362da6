using System.Numerics;
using System.Security.Cryptography;
using Collab.Arithmetic.WideIntegers;
using Collab.Channels;
using Collab.Jobs;
using Collab.Primitives;
using Collab.SecretSharing;
using Collab.SecretSharing.Ranks;
using Collab.SecretSharing.TwoPartyRing;
using Collab.SecretSharing.Vectors;
using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Ranks;

namespace Collab.Statistics.Analyses;

/// <summary>
/// Rank tests and Spearman's correlation of the values themselves: a cell for each group, with its count; then two or three owners rank their rows on shares, and only the
/// statistics go to the receiver. Steps: specs/shared-ranks.md.
/// </summary>
internal sealed class RankProcedure(Analysis.Ranked analysis) : RoundsProcedure
{
    internal static readonly StepId AgreeStep = new("shared-ranks.8");
    internal static readonly StepId MaskStep = new("shared-ranks.9");

    private readonly Dictionary<string, int> _groups = BatchColumns.NumbersOf(analysis.Groups?.Levels ?? [""]);

    public override IReadOnlyList<int> TotalsOfCells => [.. Enumerable.Repeat(1, _groups.Count)];

    /// <inheritdoc/>
    /// <remarks>Measured with three owners of 100,000 rows each: 3.9 KB a row of a test of two groups, 8.4 KB of a correlation; nearly all of it shares of the others' rows, while ranks are computed.</remarks>
    public override int BytesPerRow => analysis.Test == RankTest.Spearman ? 9000 : 4000 + (250 * (_groups.Count - 2));

    /// <summary>Twice each group's rank sum and the ties; the distance and whether there are ties; or Σ of products of doubled ranks, and the ties of both columns.</summary>
    private int StatisticCount => analysis.Test switch
    {
        RankTest.KolmogorovSmirnov => 2,
        RankTest.Spearman => 3,
        _ => _groups.Count + 1,
    };

    public override OrderedQuestion? Ordered => new(
        analysis.Value, analysis.Groups,
        analysis.Test switch
        {
            RankTest.KolmogorovSmirnov => OrderedStatistic.Distance,
            RankTest.Spearman => OrderedStatistic.Correlation,
            _ => OrderedStatistic.RankSums,
        },
        [], (counts, statistics) => [Finish([.. counts.Select(count => (BigInteger)count)], [.. statistics.Select(statistic => (BigInteger)statistic)])]) { Other = analysis.Other };

    public override KeptRows Keep() => new KeptRanks(analysis);

    public override void Add(ColumnBatch batch, CellSums sums)
    {
        var groups = BatchColumns.LevelOfEachRow(batch, analysis.Groups, _groups);
        var (values, present) = BatchColumns.ScaledValues(batch, analysis.Value);
        var hasOther = analysis.Other is { } other ? BatchColumns.ScaledValues(batch, other).Present : present;
        for (var row = 0; row < values.Length; row++)
        {
            if (!present[row] || !hasOther[row] || groups[row] < 0) continue;
            sums.Counts[groups[row]]++;
            sums.Add(groups[row], 0, 1);
        }
    }

    public override async Task ContributeAsync(ProcedureRounds rounds, KeptRows own, CancellationToken cancellation) =>
        await rounds.AddAsync(await SharesAsync(rounds, (KeptRanks)own, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);   // 10 →

    public override async Task<IReadOnlyList<Finding>> ReceiveAsync(
        ProcedureRounds rounds, KeptRows? own, IReadOnlyList<BigInteger[]> cells, CancellationToken cancellation)
    {
        if (analysis.IsDealt) await DealAsync(rounds, cancellation).ConfigureAwait(false);                                                           // 1 to 9 ←→
        var shares = own is null ? null : await SharesAsync(rounds, (KeptRanks)own, cancellation).ConfigureAwait(false);
        var sums = await rounds.SumAsync(StatisticCount, shares, cancellation).ConfigureAwait(false);                                                // 10 ←
        BigInteger[] statistics = [.. sums.Select(sum => sum.ToBigIntegerVariableTime() & ulong.MaxValue)];
        return [Finish([.. cells.Select(totals => totals[0])], statistics)];
    }

    public override PlannedTraffic Sends(AnalysisPlan plan, PartyId from, PartyId to)
    {
        var traffic = new PlannedTraffic(to, 0, 0, 0);
        if (!plan.Owners.Contains(from)) return traffic;
        if (to == plan.Receiver) traffic = traffic.Plus(1, Integer256.Size * StatisticCount);                                // 10
        if (!plan.Owners.Contains(to)) return traffic;
        int owners = plan.Owners.Count, links = owners * (owners - 1);
        var engine = EngineTraffic([.. plan.Owners.Select(owner => MostRowsOf(plan, owner))]);
        return traffic.Plus(2, RankedPart.Size + (Integer256.Size * StatisticCount))                                         // 8, 10
            .Plus((engine.Messages + links - 1) / links, (engine.Bytes + links - 1) / links);                                // an equal part of what all owners send
    }

    private static int MostRowsOf(AnalysisPlan plan, PartyId owner)
    {
        var share = RankedRows.MostRows / plan.Owners.Count; // more do not run
        return (int)Math.Min(share, KeptRanks.Padded((int)Math.Min(share, plan.MostRows?.GetValueOrDefault(owner, share) ?? share)));
    }

    /// <summary>What the engines of all owners send for so many rows of each, those included that only fill up.</summary>
    internal VectorTraffic EngineTraffic(IReadOnlyList<int> lengths)
    {
        var traffic = new VectorTraffic(lengths.Count, isChecked: false, analysis.IsDealt);
        var (rows, beside) = (lengths.Sum(length => (long)length), analysis.Test == RankTest.Spearman ? 2 : _groups.Count);
        if (lengths.Count == 3) traffic.Send(3, 48);                                                                         // keys
        if (analysis.IsDealt) traffic.Send(3, 37);                                                                           // two seeds, and the end
        traffic.Merge(lengths, beside, KeptRanks.KeyBits);
        switch (analysis.Test)
        {
            case RankTest.Spearman:
                traffic.Correlate(rows, KeptRanks.KeyBits);
                break;
            case RankTest.KolmogorovSmirnov:
                traffic.Distance(rows, KeptRanks.KeyBits);
                break;
            default:
                traffic.Rank(rows, KeptRanks.KeyBits);
                traffic.Sum(rows, _groups.Count);
                break;
        }

        traffic.Input((long)lengths.Count * StatisticCount, lengths.Count);                                                  // 9
        traffic.Send(lengths.Count * (lengths.Count - 1), lengths.Count == 2 ? 16 * StatisticCount : 24 * StatisticCount);
        return traffic;
    }

    /// <summary>The part of an owner: its shares of the statistics, modulo 2^64.</summary>
    private async Task<Integer256[]> SharesAsync(ProcedureRounds rounds, KeptRanks own, CancellationToken cancellation)
    {
        rounds.Progress?.Report(AgreeStep);
        var (counts, context) = await AgreeAsync(rounds, own.PaddedCount, cancellation).ConfigureAwait(false);                                       // 8 ←→
        var owners = rounds.Plan.Owners;
        var dealer = analysis.IsDealt ? rounds.Plan.Receiver : null;
        var lines = Forks(rounds, dealer is null ? rounds.OtherOwners : [.. rounds.OtherOwners, rounds.Peers[dealer]]);
        try
        {
            await using var joint = await JointEngine.OpenAsync(
                owners, rounds.Self, dealer, lines, rounds.Random, SecurityModel.SemiHonest, context, null, cancellation).ConfigureAwait(false);
            using var statistics = await StatisticsAsync(joint.Engine, counts, own, cancellation).ConfigureAwait(false);                             // 1 to 7
            var shares = await MaskedAsync(joint.Engine, statistics, rounds, cancellation).ConfigureAwait(false);                                    // 9 ←→
            await joint.EndAsync(cancellation).ConfigureAwait(false);
            return shares;
        }
        finally
        {
            foreach (var line in lines.Values) await line.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The receiver's part where it deals to the two owners.</summary>
    private async Task DealAsync(ProcedureRounds rounds, CancellationToken cancellation)
    {
        var lines = Forks(rounds, rounds.OtherOwners);
        try
        {
            await Dealer.ServeAsync(lines[rounds.Plan.Owners[0]], lines[rounds.Plan.Owners[1]], rounds.Random, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var line in lines.Values) await line.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Dictionary<PartyId, IChannel> Forks(ProcedureRounds rounds, IEnumerable<IChannel> peers) =>
        peers.ToDictionary(line => line.Peer, line => line.Fork($"ranks-{rounds.Plan.Procedures.ToList().IndexOf(this)}"));

    private static async Task<(int[] Counts, Digest Context)> AgreeAsync(ProcedureRounds rounds, int count, CancellationToken cancellation)
    {
        var parts = new Dictionary<PartyId, RankedPart> { [rounds.Self] = new(count, rounds.Random.Bytes(Digest.Size)) };
        foreach (var other in rounds.OtherOwners) await other.SendAsync(parts[rounds.Self], cancellation).ConfigureAwait(false);
        foreach (var other in rounds.OtherOwners) parts[other.Peer] = await other.ReceiveAsync<RankedPart>(AgreeStep, cancellation).ConfigureAwait(false);
        int[] counts = [.. rounds.Plan.Owners.Select(owner => parts[owner].Count)];
        if (counts.Sum(c => (long)c) > RankedRows.MostRows)
            throw new CollabException(StatisticsErrors.TooManyRows, $"Ranks over more than {RankedRows.MostRows} rows of all owners.", step: AgreeStep);
        return (counts, Digest.Of("collab.shared-ranks.run", [.. rounds.Plan.Owners.SelectMany(owner => parts[owner].Nonce)]));
    }

    private async Task<SharedVector> StatisticsAsync(IVectorEngine engine, int[] counts, KeptRanks own, CancellationToken cancellation)
    {
        Func<ulong, ulong>[] beside = analysis.Test == RankTest.Spearman
            ? [other => other, other => other == KeptRanks.LastKey ? 0UL : 1]
            : [.. Enumerable.Range(0, _groups.Count).Select(g => (Func<ulong, ulong>)(group => group == (ulong)g ? 1UL : 0))];
        var vectors = own.Vectors(beside);
        var parts = new List<SharedVector[]>();
        try
        {
            for (var p = 0; p < counts.Length; p++)
            {
                var part = new SharedVector[vectors.Length];
                parts.Add(part);
                for (var v = 0; v < vectors.Length; v++)
                    part[v] = await engine.InputAsync(engine.Parties[p], p == engine.Index ? vectors[v] : default, counts[p], cancellation).ConfigureAwait(false); // 1 ←→
            }

            using var ranked = await RankedRows.MergeAsync(engine, parts, KeptRanks.KeyBits, cancellation).ConfigureAwait(false);                     // 2
            return analysis.Test switch                                                                                                             // 3 to 7
            {
                RankTest.Spearman => await ranked.CorrelationAsync(KeptRanks.KeyBits, cancellation).ConfigureAwait(false),
                RankTest.KolmogorovSmirnov => await ranked.GreatestDistanceAsync(cancellation).ConfigureAwait(false),
                _ => await ranked.TotalsAsync(_groups.Count, cancellation).ConfigureAwait(false),
            };
        }
        finally
        {
            foreach (var vector in vectors) CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(vector.AsSpan()));
            foreach (var vector in parts.SelectMany(part => part)) vector?.Dispose();
        }
    }

    /// <summary>Each owner masks the statistics; the masked ones are opened to all owners, and the first owner's share is they less its mask, another's its mask's negative.</summary>
    private async Task<Integer256[]> MaskedAsync(IVectorEngine engine, SharedVector statistics, ProcedureRounds rounds, CancellationToken cancellation)
    {
        rounds.Progress?.Report(MaskStep);
        var mask = new ulong[StatisticCount];
        rounds.Random.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(mask.AsSpan()));
        var masked = SharedVectors.Slice(statistics, 0, statistics.Length);
        foreach (var party in engine.Parties)
        {
            using var before = masked;
            using var one = await engine.InputAsync(party, party == rounds.Self ? mask : default, mask.Length, cancellation).ConfigureAwait(false);
            masked = SharedVectors.Add(before, one);
        }

        using (masked)
        {
            var opened = (await engine.OpenAsync(masked, [.. engine.Parties], cancellation).ConfigureAwait(false))!;
            return [.. mask.Select((word, i) => (Integer256)(Int128)unchecked((engine.Index == 0 ? opened[i] : 0) - word))];
        }
    }

    private Finding Finish(BigInteger[] counts, BigInteger[] statistics)
    {
        var all = counts.Aggregate(BigInteger.Add);
        if (counts.Any(count => count < 1)) throw new ArgumentException("A group without rows passed the gate.", nameof(counts));
        var mostTies = (all * all * all) - all;
        switch (analysis.Test)
        {
            case RankTest.KolmogorovSmirnov:
                Require(statistics[0] <= counts[0] * counts[1] && statistics[1] <= 1);
                return KolmogorovSmirnov.Test((long)counts[0], (long)counts[1], statistics[0], !statistics[1].IsZero);
            case RankTest.Spearman:
                Require(statistics[1] <= mostTies && statistics[2] <= mostTies);
                var squares = 4 * all * (all + 1) * (2 * all + 1) / 6; // of doubled ranks without ties
                return new Correlation(
                    all, all * (all + 1), all * (all + 1), squares - (statistics[1] / 3), squares - (statistics[2] / 3), statistics[0]).Spearman();
            default:
                Require(statistics.SkipLast(1).Aggregate(BigInteger.Add) == all * (all + 1) && statistics[^1] <= mostTies);
                return analysis.Test == RankTest.MannWhitney
                    ? new MannWhitney(counts[0], counts[1], statistics[0], statistics[^1]).Test()
                    : new KruskalWallis([.. counts.Zip(statistics)], statistics[^1]).Test();
        }
    }

    private static void Require(bool holds)
    {
        if (!holds) throw new ArgumentException("No rows have such ranks.");
    }
}
