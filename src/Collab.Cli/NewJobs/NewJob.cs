using System.Globalization;
using System.Text;
using System.Text.Json;
using Collab.Engine.Descriptions;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Cli.NewJobs;

/// <summary>
/// Writes a first job description for some parties' files: what can be guessed from their columns, and beside each guess what else may stand there.
/// The first party asks.
/// </summary>
internal sealed class NewJob
{
    /// <summary>The files have no columns for a job of that kind.</summary>
    public static readonly ErrorCode Unfit = new(
        "new-job.columns-unfit", ErrorKind.InvalidInput, "See what the kind needs in protocols/guides/jobs, and name the columns alike in all files.");

    private const string Analyst = "analyst";
    private const int MostNumbers = 3, MostFeatures = 6;

    private static readonly Dictionary<string, Action<NewJob>> Kinds = new()
    {
        ["intersection"] = job => job.Intersection(),
        ["statistics"] = job => job.Statistics(),
        ["analysis"] = job => job.Analysis(),
        ["retrieval"] = job => job.Retrieval(),
        ["train"] = job => job.Training(),
        ["cluster"] = job => job.Clustering(),
    };

    private readonly string _kind;
    private readonly IReadOnlyList<SeenFile> _files;
    private readonly StringBuilder _text = new();

    private NewJob(string kind, IReadOnlyList<SeenFile> files) => (_kind, _files) = (kind, files);

    /// <summary>The kinds that a description can be begun for.</summary>
    public static IEnumerable<string> KindNames => Kinds.Keys;

    private SeenFile Asking => _files[0];

    private SeenFile Other => _files[^1];

    /// <summary>Writes the description.</summary>
    /// <param name="kind">One of <see cref="KindNames"/>.</param>
    /// <param name="files">A file of each party, who asks first.</param>
    /// <param name="file">What the description's file will be called, for the command in its head.</param>
    /// <exception cref="CollabException"><see cref="Unfit"/>.</exception>
    public static string Write(string kind, IReadOnlyList<SeenFile> files, string file)
    {
        var job = new NewJob(kind, files);
        job.Head(file);
        Kinds[kind](job);
        var text = job._text.ToString();
        _ = JobDescription.Parse(text); // what is handed out is a job description
        return text;
    }

    private void Head(string file)
    {
        Line($"# Made by 'collab job new {_kind}' from the columns below: guesses, for you to look through.");
        foreach (var seen in _files)
            Line($"#   {seen.Data.Party}: {seen.Dataset}, {seen.Rows} rows: {string.Join(", ", seen.Columns.Select(c => $"{OneLine(c.Name)} ({c.Schema.Type.ToString().ToLowerInvariant()})"))}");
        Line("# Try it here:      collab sandbox run " + file + string.Concat(_files.Select(f => $" --party {f.Data.Said}")) + " --out ./out");
        Line($"# Everything else:  protocols/guides/jobs/{_kind}.md");
        Line($"kind: {_kind}");
        Line("purpose: first-try          # a code of your own (a-z, 0-9, '-'); owners' rules name it");
    }

    private void Intersection()
    {
        Parties(Keys());
        Line($"receivers: [{Asking.Data.Party}]         # who is told; with two parties also [{Asking.Data.Party}, {Other.Data.Party}]");
        Line("parameters:");
        Line("  reveal: rows              # which of its rows the others have too; or cardinality: only how many");
        Line("  case: keep                # keys are compared as written; lower: without regard to case");
    }

    private void Retrieval()
    {
        Require(_files.Count == 2, "A retrieval is between two parties: the first asks, the second answers.");
        var keys = Keys();
        Parties(keys);
        var values = Other.Columns.Where(c => c.Name != keys[^1]).Take(MostNumbers).ToList();
        Require(values.Count > 0, $"'{Other.Dataset}' has no column beside its key.");
        Line($"receivers: [{Asking.Data.Party}]         # who asks; the other learns neither the keys nor whether it has them");
        Line("parameters:");
        Line($"  columns: [{Names(values)}]   # what is told of a record whose key is asked for");
        Line($"  keys: {Math.Clamp(Asking.Rows, 1, 4096).ToString(CultureInfo.InvariantCulture)}                   # keys a run asks for, fewer being filled up: the other counts these");
        Line("  case: keep");
    }

    private void Statistics()
    {
        var numbers = CommonNumbers();
        Parties(keys: null);
        Line($"receivers: [{Analyst}]       # one party; with two owners neither of them, for it could subtract its own");
        Line("parameters:");
        Line($"  columns: [{Names(numbers)}]");
        if (CommonGrouping() is var (name, levels))
        {
            Line("  group-by:                 # leave this group out for all rows together");
            Line($"    column: {Quoted(name)}");
            Line($"    levels: [{string.Join(", ", levels.Select(Quoted))}]   # every value that it has; all parties see these words");
        }

        Line("  statistics: [count, mean, sd]   # of count, sum, mean, variance, sd, min, max");
        Line("  minimum-group: 10         # a cell that rests on fewer rows is withheld");
    }

    private void Analysis()
    {
        var numbers = CommonNumbers();
        var grouping = CommonGrouping(exactly: 2);
        Parties(keys: null);
        Line($"receivers: [{Analyst}]       # one party; with two owners neither of them, for it could subtract its own");
        Line("parameters:");
        Line("  analyses:                 # each is withheld whole when a cell rests on too few rows");
        if (grouping is var (name, levels))
        {
            Line("    - test: welch           # does the mean differ between the two groups? As R's t.test");
            Line($"      value: {Quoted(numbers[0].Name)}");
            Line($"      by: {{ column: {Quoted(name)}, levels: [{string.Join(", ", levels.Select(Quoted))}] }}");
        }

        if (numbers.Count > 1)
        {
            Line("    - test: correlation     # as R's cor.test");
            Line($"      x: {Quoted(numbers[0].Name)}");
            Line($"      y: {Quoted(numbers[1].Name)}");
        }

        Line("    - test: shape           # skewness and kurtosis");
        Line($"      value: {Quoted(numbers[0].Name)}");
        Line("  minimum-group: 10");
    }

    private void Training()
    {
        Require(_files.Count <= 3, "A linear model is of two or three parties.");
        var keys = Keys();
        Parties(keys);
        var label = Asking.Columns.FirstOrDefault(c => c.Values.Count == 2 && (c.Schema.Type == ColumnType.Text || c.Values is ["0", "1"]));
        Require(label is not null, $"'{Asking.Dataset}' has no column with exactly two values: the first party has what is to be foretold.");
        Line($"receivers: [{string.Join(", ", _files.Select(f => f.Data.Party))}]   # each keeps its own part of the model");
        Line("parameters:");
        var positive = label!.IsNumber ? "" : $", positive: {Quoted(label.Values[^1])}";
        Line($"  label: {{ of: {Asking.Data.Party}, column: {Quoted(label.Name)}{positive} }}   # what is to be foretold{(label.IsNumber ? "" : ", and which value counts as 1")}");
        Line("  features:");
        Features(keys, label.Name);
        Line("  model: { kind: logistic, epochs: 10, learning-rate: 0.5 }   # or boosted-trees; job.md lists all");
        Line("  test-percent: 20          # rows kept from training, for an evaluation");
        Line("  minimum-rows: 100         # with fewer rows that all have nothing is trained");
        Line("  case: keep");
    }

    private void Clustering()
    {
        Require(_files.Count <= 3, "A clustering is of two or three parties.");
        var keys = Keys();
        Parties(keys);
        Line($"receivers: [{Asking.Data.Party}]");
        Line("parameters:");
        Line("  features:");
        Features(keys, label: null);
        Line("  clusters: 3");
        Line("  iterations: 10");
        Line("  minimum-size: 10          # of a smaller cluster nothing is told");
        Line("  case: keep");
    }

    private void Features(IReadOnlyList<string> keys, string? label)
    {
        for (var i = 0; i < _files.Count; i++)
        {
            var numbers = _files[i].Columns.Where(c => c.IsNumber && c.Name != keys[i] && (i > 0 || c.Name != label) && c.Distinct > 1).Take(MostFeatures).ToList();
            Require(numbers.Count > 0 || i == 0, $"'{_files[i].Dataset}' has no number column that could be a feature.");
            if (numbers.Count > 0) Line($"    - {{ of: {_files[i].Data.Party}, columns: [{Names(numbers)}] }}");
        }
    }

    private void Parties(IReadOnlyList<string>? keys)
    {
        Line("parties:");
        for (var i = 0; i < _files.Count; i++)
        {
            Line($"  - name: {_files[i].Data.Party}");
            Line($"    dataset: {_files[i].Dataset}");
            if (keys is not null) Line($"    key: [{Quoted(keys[i])}]{(i == 0 ? "   # names the same thing at every party; of several columns: [name, born]" : "")}");
        }
    }

    // A name that all files have, and of those what looks most like a key; where none is common, of each file what looks most like one.
    private IReadOnlyList<string> Keys()
    {
        var common = Asking.Columns.Where(c => _files.All(f => f.Find(c.Name) is { Schema.Type: not ColumnType.Decimal })).ToList();
        if (common.Count > 0)
        {
            var best = common.MinBy(c => Unlikeliness(c, Asking.Rows))!.Name;
            return [.. _files.Select(_ => best)];
        }

        return [.. _files.Select(f => f.Columns.Where(c => c.Schema.Type != ColumnType.Decimal).MinBy(c => Unlikeliness(c, f.Rows))?.Name
            ?? throw new CollabException(Unfit, $"'{f.Dataset}' has no column of text or whole numbers that could be a key."))];
    }

    private static (int Name, long Repeats) Unlikeliness(SeenColumn column, long rows)
    {
        var name = column.Name.ToLowerInvariant();
        var rank = name == "id" ? 0 : name.EndsWith("id", StringComparison.Ordinal) ? 1 : name.Contains("key", StringComparison.Ordinal) || name.Contains("number", StringComparison.Ordinal) ? 2 : 3;
        return (rank, rows - column.Distinct);
    }

    private List<SeenColumn> CommonNumbers()
    {
        var numbers = Asking.Columns.Where(c => _files.All(f => f.Find(c.Name) is { IsNumber: true }) && Unlikeliness(c, 0).Name == 3 && c.Distinct > 1).Take(MostNumbers).ToList();
        Require(numbers.Count > 0, "No number column has the same name in all files.");
        return numbers;
    }

    private (string Name, IReadOnlyList<string> Levels)? CommonGrouping(int? exactly = null)
    {
        foreach (var column in Asking.Columns.Where(c => _files.All(f => f.Find(c.Name) is { IsGrouping: true })))
        {
            var levels = _files.SelectMany(f => f.Find(column.Name)!.Values).Distinct().Order(StringComparer.Ordinal).ToList();
            if (exactly is null || levels.Count == exactly) return (column.Name, levels);
        }

        return null;
    }

    private static void Require(bool holds, string message)
    {
        if (!holds) throw new CollabException(Unfit, message);
    }

    private static string Names(IEnumerable<SeenColumn> columns) => string.Join(", ", columns.Select(c => Quoted(c.Name)));

    // JSON's way of quoting is YAML's too.
    private static string Quoted(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && char.IsAsciiLetter(text[0]) ? text : JsonSerializer.Serialize(text);

    private static string OneLine(string name) => string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c));

    private void Line(string line) => _text.Append(line.TrimEnd()).Append('\n');
}
