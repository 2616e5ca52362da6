using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Descriptions;

/// <summary>Reads what is particular to an intersection in a job description (protocols/specs/job.md, "Parameters of an intersection").</summary>
internal static class IntersectionDescription
{
    /// <summary>The most parties of one intersection.</summary>
    public const int MostParties = 10;

    private const int MostKeys = 8;
    private const int FastestLine = 1_000_000;

    // Beside each of today's words stands an older one, which stays valid.
    private static readonly Dictionary<string, DuplicateKeys> DuplicateWords = new()
    {
        ["first"] = DuplicateKeys.First,
        ["refuse"] = DuplicateKeys.Refuse,
        ["all"] = DuplicateKeys.All,
        ["skip"] = DuplicateKeys.First,
        ["fail"] = DuplicateKeys.Refuse,
    };

    private static readonly Dictionary<string, ProtocolChoice> ChoiceWords = new()
    {
        ["auto"] = ProtocolChoice.Automatic,
        ["ecdh"] = ProtocolChoice.Ecdh,
        ["rr22"] = ProtocolChoice.Rr22,
        ["unbalanced"] = ProtocolChoice.Unbalanced,
    };

    private static readonly Dictionary<string, Statistic> MomentWords =
        JobDescription.StatisticWords.Where(word => Reveal.IsOfMoments(word.Value)).ToDictionary();

    // Fields that belong to some ways of telling only.
    private static readonly Dictionary<string, string[]> FieldsOf = new()
    {
        ["rows"] = [],
        ["differences"] = [],
        ["cardinality"] = [],
        ["aggregates"] = ["of", "columns", "statistics", "minimum"],
        ["join"] = ["of", "columns"],
        ["changes"] = [],
        ["holders"] = [],
    };

    /// <summary>The keys of one party: <c>key</c>, or <c>keys</c> for several alternative ones.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> KeysOf(YamlSection party)
    {
        if (!party.Has("keys")) return [party.Texts("key")];
        if (party.Has("key")) throw party.Error("keys", "has no meaning beside 'key'");
        var keys = party.TextLists("keys");
        return keys.Count <= MostKeys ? keys : throw party.Error("keys", $"are more than {MostKeys}");
    }

    /// <summary>The parameters of the job; those of the defaults when there are none.</summary>
    public static JobKind.Intersection Parse(YamlSection job, IReadOnlyList<RequestedInput> parties)
    {
        if (!job.Has("parameters")) return new(KeyRule.Default, new Reveal.Rows(), 0, ProtocolChoice.Automatic, 0);
        var parameters = job.Section("parameters");
        var word = Reveal.Names[parameters.Choice("reveal", Reveal.Names.Index().ToDictionary(name => name.Item, name => name.Index), 0)];
        foreach (var field in FieldsOf.Values.SelectMany(fields => fields).Distinct().Except(FieldsOf[word]))
        {
            if (parameters.Has(field)) throw parameters.Error(field, $"has no meaning with 'reveal: {word}'");
        }

        var kind = new JobKind.Intersection(
            Rule(parameters, word),
            word switch
            {
                "rows" => new Reveal.Rows(),
                "differences" => new Reveal.Differences(),
                "cardinality" => new Reveal.Cardinality(),
                "changes" => new Reveal.Changes(),
                "holders" => new Reveal.Holders(),
                "aggregates" => new Reveal.Aggregates(
                    PartyIn(parameters, parties),
                    [.. parameters.Texts("columns").Select(column => new Measure(column, 0))],
                    JobDescription.Words(parameters, "statistics", MomentWords),
                    parameters.Integer("minimum", 10, 1, 1_000_000)),
                _ => new Reveal.Join(
                    parameters.Has("of") ? PartyIn(parameters, parties) : OtherThanReceiver(job, parties), parameters.Texts("columns")),
            },
            parameters.Integer("at-least", 0, 2, MostParties),
            parameters.Choice("protocol", ChoiceWords, ProtocolChoice.Automatic),
            parameters.Integer("bandwidth", 0, 1, FastestLine));
        parameters.End();
        if (kind.AtLeast > parties.Count) throw parameters.Error("at-least", "is more than there are parties");
        return kind;
    }

    /// <summary>How keys are made equal.</summary>
    public static KeyRule Rule(YamlSection parameters, DuplicateKeys otherwise) => new(
        parameters.Boolean("trim", KeyRule.Default.Trim),
        parameters.Boolean("nfkc", KeyRule.Default.CompatibilityForm),
        parameters.Choice("case", new Dictionary<string, KeyCase> { ["keep"] = KeyCase.Keep, ["lower"] = KeyCase.Lower }, KeyRule.Default.Case),
        parameters.Choice("blank", new Dictionary<string, KeyProblem> { ["skip"] = KeyProblem.Skip, ["fail"] = KeyProblem.Fail }, KeyRule.Default.Blank),
        parameters.Choice("duplicate", DuplicateWords, otherwise));

    private static KeyRule Rule(YamlSection parameters, string reveal)
    {
        // Of a key that stands for its first row alone the other rows would look like breaks.
        var otherwise = reveal == "differences" ? DuplicateKeys.All : KeyRule.Default.Duplicate;
        var rule = Rule(parameters, otherwise);
        return reveal == "differences" && rule.Duplicate == DuplicateKeys.First
            ? throw parameters.Error("duplicate", "must be refuse or all with 'reveal: differences'")
            : rule;
    }

    private static PartyId PartyIn(YamlSection parameters, IReadOnlyList<RequestedInput> parties)
    {
        var party = parameters.Party("of");
        return parties.Any(p => p.Owner == party)
            ? party
            : throw parameters.Error("of", $"is none of the parties{NearestName.Hint(party.Name, parties.Select(p => p.Owner.Name))}");
    }

    private static PartyId OtherThanReceiver(YamlSection job, IReadOnlyList<RequestedInput> parties)
    {
        var receivers = job.Parties("receivers");
        return parties.FirstOrDefault(p => !receivers.Contains(p.Owner))?.Owner
            ?? throw job.Error("receivers", "must leave one party out for a join: the one whose columns are told");
    }
}
