using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;
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
    private const string WithheldPrefix = "withheld/";

    private static readonly Lock Answering = new(); // two runs at once must not each miss the other

    private readonly EnginePorts _ports;
    private readonly Plan _plan;
    private readonly PlanInput _input;
    private readonly int _threshold;
    private readonly AnsweredRows? _rows;
    private string? _noted; // where this run's sets stand, if it had new ones

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
    /// <returns>What was read, and the ledger of this run, to be told what the gate withheld.</returns>
    public static async Task<AnswerLedger> ReadAsync(
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

        ledger.Read = data.Close(ports.Random);
        ledger.Admit();
        return ledger;
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

    /// <summary>What was read.</summary>
    public SnapshotReference? Read { get; private set; }

    /// <summary>
    /// Takes note of what the gate withheld of joint statistics, before anything is opened: where groups were withheld, whoever knows the total of nearly the same rows has them
    /// together by taking the told groups from it.
    /// </summary>
    /// <param name="plan">The statistics.</param>
    /// <param name="released">Whether each cell of it will be told.</param>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.TooClose"/>: an earlier answer and this one would give withheld groups of this owner's rows.</exception>
    public void Settle(StatisticsPlan plan, IReadOnlyList<bool> released)
    {
        if (_rows is null) return;
        lock (Answering)
        {
            if (WithheldGroups.Settle(plan, released, _rows.Sets, SetsUnder(Folder), SetsUnder(WithheldFolder), _threshold) is not { } wholes)
            {
                if (_noted is not null) _ports.Store.Put(_noted, new Answer(_plan.Digest, []).Encode()); // no total of it will be opened
                throw GivesWithheld(RunSteps.Protocol);
            }

            if (wholes.Count > 0) _ports.Store.Put($"{WithheldFolder}{_ports.Store.List(WithheldFolder).Count:d6}", new Answer(_plan.Digest, wholes).Encode());
        }
    }

    private CollabException GivesWithheld(StepId step) => new(
        DisclosureErrors.TooClose,
        $"With an earlier answer over '{_input.Dataset}' a total less the groups that are told would give groups that are withheld, with rows of {_input.Owner}.", _input.Owner, step);

    private AnsweredSet[] SetsUnder(string folder) => [.. _ports.Store.List(folder).SelectMany(key => Answer.Decode(_ports.Store.Get(key)!).Sets)];

    private string WithheldFolder => $"{WithheldPrefix}{_input.DatasetId}/";

    private void Admit()
    {
        if (_rows is null) return;
        lock (Answering)
        {
            var keys = _ports.Store.List(Folder);
            Answer[] answers = [.. keys.Select(key => Answer.Decode(_ports.Store.Get(key)!))];
            AnsweredSet[] earlier = [.. answers.SelectMany(answer => answer.Sets)];
            AnsweredSet[] asked = [.. _rows.Sets.Where(set => !earlier.Any(other => set.IsSame(other)))];
            if (earlier.Length + asked.Length > MaximumSets)
            {
                throw new CollabException(
                    DisclosureErrors.LedgerFull, $"{_input.Owner} has answered over {earlier.Length} sets of rows of '{_input.Dataset}'; with {asked.Length} more they are more than it compares.",
                    _input.Owner, RunSteps.Read);
            }

            if (asked.Length == 0) return;
            // Whether an analysis is told is not known here; of statistics the gate says it.
            var withheld = SetsUnder(WithheldFolder);
            if (_plan.Question is AnalysisQuestion && asked.Any(set => WithheldGroups.IsGivenBy(set, withheld, _threshold))) throw GivesWithheld(RunSteps.Read);

            if (Differencing.Find(earlier, asked, _threshold) is { } conflict)
            {
                var job = answers.FirstOrDefault(answer => answer.Sets.Contains(conflict.Earlier))?.Job;
                throw new CollabException(
                    DisclosureErrors.TooClose,
                    $"With {(job is { } other ? $"job {other.Short}" : "its own other parts")} an answer over '{_input.Dataset}' would single out fewer than {_threshold} rows of {_input.Owner}.",
                    _input.Owner, RunSteps.Read);
            }

            _noted = $"{Folder}{keys.Count:d6}";
            _ports.Store.Put(_noted, new Answer(_plan.Digest, asked).Encode());
        }
    }

    private string Folder => $"{Prefix}{_input.DatasetId}/";

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
