using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Runs;

/// <summary>What this owner has answered over each of its datasets, and whether one more answer would single out few rows (protocols/specs/disclosure.md).</summary>
/// <remarks>
/// Noted before anything of an answer leaves the owner, durably, whether or not the run then succeeds: what has perhaps been told counts as told. The same question over
/// the same rows adds nothing. Kept in the node's encrypted store, for good: a few kilobytes for each set of rows.
/// </remarks>
internal sealed class AnswerLedger
{
    private const int MaximumSets = 8192;
    private const string Prefix = "answered/";

    private static readonly Lock Answering = new(); // two runs at once must not each miss the other

    private readonly EnginePorts _ports;
    private readonly Plan _plan;
    private readonly PlanInput _input;
    private readonly int _threshold;
    private readonly AnsweredRows? _rows;

    private AnswerLedger(EnginePorts ports, Plan plan, PlanInput input, Digest version, int threshold)
    {
        (_ports, _plan, _input, _threshold) = (ports, plan, input, threshold);
        if (threshold > 1) _rows = new AnsweredRows(plan.Question, version, Secret(), threshold);
    }

    /// <summary>Reads an owner's granted rows once, for the question and for the ledger, and notes the answer, or refuses it.</summary>
    /// <param name="ports">What the host gives.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="input">This owner's input.</param>
    /// <param name="minimumGroup">The question's.</param>
    /// <param name="add">Takes a batch in for the question, and checks it.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.TooClose"/> or <see cref="DisclosureErrors.LedgerFull"/>; nothing is noted then. Or what reading throws.</exception>
    public static async Task<SnapshotReference> ReadAsync(
        EnginePorts ports, Plan plan, PlanInput input, int minimumGroup, Action<ColumnBatch> add, CancellationToken cancellation)
    {
        var dataset = ports.Datasets.Open(input.DatasetId);
        using var data = new GrantedData(input, dataset);
        var threshold = ports.Policy.DifferBy is { } own ? own == 0 ? 0 : Math.Max(own, minimumGroup) : minimumGroup;
        if (PrivacyLedger.ChoiceOf(plan) is not null && ports.Policy.Budget is not null) threshold = 0; // the budget bounds what its answers tell together, and no row decides a refusal
        var ledger = new AnswerLedger(ports, plan, input, dataset.Offer.Version, threshold);
        await foreach (var batch in data.ReadAsync(cancellation))
        {
            add(batch);
            ledger._rows?.Add(batch);
        }

        var read = data.Close(ports.Random);
        ledger.Admit();
        return read;
    }

    /// <summary>Refuses an answer that the ledger cannot hold against others, over rows that nobody knows, where the owner's policy asks that all answers be.</summary>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.NotComparable"/>; nothing has been read.</exception>
    public static void RefuseIncomparable(EnginePorts ports, Plan plan)
    {
        if (ports.Policy.DifferBy is { } rows and > 0)
            throw new CollabException(
                DisclosureErrors.NotComparable, $"The policy of {ports.Self} wants answers to differ by {rows} rows; which rows an answer over matches rests on, nobody knows.",
                ports.Self, RunSteps.Read);
    }

    private void Admit()
    {
        if (_rows is null) return;
        lock (Answering)
        {
            var keys = _ports.Store.List(Folder);
            Answer[] answers = [.. keys.Select(key => Answer.Decode(_ports.Store.Get(key)!))];
            AnsweredSet[] earlier = [.. answers.SelectMany(answer => answer.Sets)];
            AnsweredSet[] asked = [.. _rows.Sets.Where(set => !earlier.Any(other => IsSame(set, other)))];
            if (earlier.Length + asked.Length > MaximumSets)
            {
                throw new CollabException(
                    DisclosureErrors.LedgerFull, $"{_input.Owner} has answered over {earlier.Length} sets of rows of '{_input.Dataset}'; with {asked.Length} more they are more than it compares.",
                    _input.Owner, RunSteps.Read);
            }

            if (asked.Length == 0) return;
            if (Differencing.Find(earlier, asked, _threshold) is { } conflict)
            {
                var job = answers.FirstOrDefault(answer => answer.Sets.Contains(conflict.Earlier))?.Job;
                throw new CollabException(
                    DisclosureErrors.TooClose,
                    $"With {(job is { } other ? $"job {other.Short}" : "its own other parts")} an answer over '{_input.Dataset}' would single out fewer than {_threshold} rows of {_input.Owner}.",
                    _input.Owner, RunSteps.Read);
            }

            _ports.Store.Put($"{Folder}{keys.Count:d6}", new Answer(_plan.Digest, asked).Encode());
        }
    }

    private string Folder => $"{Prefix}{_input.DatasetId}/";

    private static bool IsSame(AnsweredSet set, AnsweredSet other) =>
        set.Version == other.Version && set.Label == other.Label && set.Grouping == other.Grouping && set.Columns.SequenceEqual(other.Columns)
        && RowSketch.Combine((1, set.Rows), (-1, other.Rows)).IsEmpty;

    private ulong Secret()
    {
        const string Key = "answered-secret";
        lock (Answering)
        {
            if (_ports.Store.Get(Key) is { } known) return BitConverter.ToUInt64(known);
            var secret = _ports.Random.Bytes(sizeof(ulong));
            _ports.Store.Put(Key, secret);
            return BitConverter.ToUInt64(secret);
        }
    }

    /// <summary>What one job was answered.</summary>
    private sealed record Answer(Digest Job, IReadOnlyList<AnsweredSet> Sets)
    {
        public ReadOnlySpan<byte> Encode() => new CanonicalWriter().Digest(Job).List(Sets, AnsweredSet.Encode).Written;

        public static Answer Decode(ReadOnlySpan<byte> bytes)
        {
            var reader = new CanonicalReader(bytes);
            var answer = new Answer(reader.Digest(), reader.List(AnsweredSet.Decode));
            reader.End();
            return answer;
        }
    }
}
