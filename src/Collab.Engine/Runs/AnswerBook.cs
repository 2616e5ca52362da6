using System.Runtime.CompilerServices;
using Collab.Engine.Ports;
using Collab.Primitives;
using Collab.Statistics.Disclosure;

namespace Collab.Engine.Runs;

/// <summary>The answers over one dataset as the node's store keeps them, opened for one question: what it does not have to look at is not fetched.</summary>
/// <remarks>
/// Of every set its names and its number of rows stay in memory, from the first question of a process on, a few hundred bytes each; most comparisons end there. Rows and values are read from the store
/// when a comparison needs them, an answer at a time, and held until the question is decided. Not for two threads at once.
/// </remarks>
internal sealed class AnswerBook
{
    private static readonly ConditionalWeakTable<IJobStore, Dictionary<string, Answer>> Outlines = []; // by key

    private readonly IJobStore _store;
    private readonly PartyId _self;
    private readonly string _folder;
    private readonly Dictionary<string, Answer> _fetched = [];

    /// <summary>Opens it.</summary>
    /// <param name="store">The node's store.</param>
    /// <param name="self">Whose node it is, for an error.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="isJoined">Whether of answers over matches, whose sets are the rows that were brought, or of those that rest on all rows of their sets.</param>
    /// <exception cref="CollabException"><see cref="DisclosureErrors.LedgerUnreadable"/>, then or when rows are fetched.</exception>
    public AnswerBook(IJobStore store, PartyId self, Digest dataset, bool isJoined = false)
    {
        (_store, _self, _folder) = (store, self, $"{(isJoined ? "brought" : "answered")}/{dataset}/");
        var outlines = Outlines.GetOrCreateValue(store);
        foreach (var key in store.List(_folder))
        {
            if (!outlines.TryGetValue(key, out var outline)) outlines[key] = outline = Fetch(key).Outline();
            Answers.Add((key, outline with { Sets = [.. outline.Sets.Select((judged, i) => judged with { Set = judged.Set.KeptElsewhere(() => Fetch(key).Sets[i].Set) })] }));
        }
    }

    /// <summary>All of them, in their order.</summary>
    public List<(string Key, Answer Answer)> Answers { get; } = [];

    /// <summary>Writes an answer down, durably.</summary>
    /// <param name="key">Where it stands; null for a new one.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>Where it stands.</returns>
    public string Put(string? key, Answer answer)
    {
        key ??= $"{_folder}{Answers.Count:d6}";
        _store.Put(key, answer.Encode());
        Outlines.GetOrCreateValue(_store)[key] = answer.Outline();
        return key;
    }

    private Answer Fetch(string key)
    {
        if (_fetched.TryGetValue(key, out var known)) return known;
        try
        {
            return _fetched[key] = Answer.Decode(_store.Get(key)!);
        }
        catch (MalformedException)
        {
            throw new CollabException(DisclosureErrors.LedgerUnreadable, $"The note '{key}' of an earlier answer is not one that this version reads.", _self, RunSteps.Read);
        }
    }

    /// <summary>What one job was answered.</summary>
    /// <param name="Job">The plan's digest.</param>
    /// <param name="Sets">The sets that were new, with what became of them.</param>
    internal sealed record Answer(Digest Job, IReadOnlyList<JudgedSet> Sets)
    {
        // A version that writes notes otherwise writes another format, and reads this one as long as it can tell what was told.
        private const string Format = "collab-answer-1";

        public ReadOnlySpan<byte> Encode() => new CanonicalWriter().Text(Format).Digest(Job)
            .List(Sets, static (writer, judged) => AnsweredSet.Encode(writer, judged.Set)).List(Sets, static (writer, judged) => writer.Byte((byte)judged.State)).Written;

        public static Answer Decode(ReadOnlySpan<byte> bytes)
        {
            var reader = new CanonicalReader(bytes);
            if (reader.Text() != Format) throw new MalformedException("a note of an answer");
            var (job, sets) = (reader.Digest(), reader.List(AnsweredSet.Decode));
            var states = reader.List((ref r) => r.Byte());
            reader.End();
            if (states.Length != sets.Length || states.Any(state => !Enum.IsDefined((AnswerState)state))) throw new MalformedException("a known state for each answered set");
            return new Answer(job, [.. sets.Zip(states, (set, state) => new JudgedSet(set, (AnswerState)state))]);
        }

        /// <summary>It without rows and values.</summary>
        public Answer Outline() => this with { Sets = [.. Sets.Select(judged => judged with { Set = judged.Set.KeptElsewhere(() => throw new InvalidOperationException("An outline has no rows.")) })] };
    }
}
