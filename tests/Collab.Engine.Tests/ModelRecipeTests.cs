using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Collab.Engine.Descriptions;
using Collab.Engine.Models;
using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.FederatedLearning.Features;
using Collab.FederatedLearning.Linear;
using Collab.Jobs;
using Collab.Primitives;

namespace Collab.Engine.Tests;

/// <summary>Trainings whose owners make features of their columns first, over real engines and ledgers, against the same made and trained in clear.</summary>
public sealed class ModelRecipeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private const string Training = """
        kind: train
        purpose: credit-risk
        parties:
          - { name: al, dataset: decisions, key: [id] }
          - { name: bo, dataset: incomes, key: [id] }
        receivers: [al, bo]
        parameters:
          label: { of: al, column: deny, positive: "yes" }
          features:
            - of: al
              steps:
                - { column: lvrat, as: weight-of-evidence, bins: 4 }
                - { column: chist, as: standard }
            - of: bo
              steps:
                - { column: pirat, as: range, missing: median, indicator: true }
                - { column: hirat, as: weight-of-evidence, bins: 4, missing: own }
                - { column: phist, as: indicators, missing: own }
          model: { kind: logistic-three-pieces, epochs: 10, batch: 512, learning-rate: 1 }
          minimum-rows: 50
          least-of-each-label: 1
        """;

    [Fact]
    public async Task Features_made_by_recipes_and_counts_of_another_owners_labels_are_those_in_clear()
    {
        await using var study = await ModelJobTests.StartAsync(emptyRow: 7);
        var receiver = study[Plans.Al];
        var plan = await receiver.Engine.PlanAsync(JobDescription.Parse(Training), None);
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        Assert.Null(await study.RunAsync(plan));
        var card = Assert.IsType<JobResult.Model>(Assert.Single(receiver.Seen.Results).Value.Result).Card;
        Assert.Equal((400, 0), (card.Rows, card.TestRows));                          // all rows train: which bins have enough does not hang on the plan's nonce

        var train = await TrainingRowsAsync(plan);
        var labels = train.Select(fields => fields[1] == "yes" ? 1.0 : 0).ToArray();
        var features = new List<double[]>();
        foreach (var owner in new[] { Plans.Al, Plans.Bo })
        {
            var recipe = FeatureRecipe.Decode(((TrainingQuestion)plan.Question).RecipeOf(owner)!.Value.Span);
            var rows = new ClearRows(train);
            var prepared = await RecipeFitting.PrepareAsync(recipe, rows, cancellation: None);
            var bins = await prepared.BinAsync(0, prepared.Open.Count, rows, None);
            var whole = prepared.Finish([.. bins.Select(column => LabelCounting.Of(column, labels))]);
            var plain = owner == Plans.Al ? whole : whole.Without([4]);               // no level of phist is missing or unseen
            var stored = Assert.Single(study[owner].Engine.Archive.PartsOf(card.Model));
            Assert.Equal(plain.Encode(), stored.Recipe.ToArray());
            Assert.Equal(plain.Features.Count, card.Parts.Single(part => part.Of == owner).Columns);
            Assert.Equal(plain.Features.Select(feature => feature.Name), ModelExport.TermsOf(plan, [stored]).Select(term => term.Column).Where(name => name != "(constant)"));
            var made = plain.Apply(rows.BatchOf(plain.Inputs));
            features.AddRange(made.Columns.Select(column => ((NumberColumn)column).Values.ToArray().Select(value => value / 1e6).ToArray()));
        }

        var settings = new LinearSettings { Epochs = 10, Batch = 512, LearningRate = 1 };
        var expected = PlainLinearTraining.Train(settings, LinearRows.Of(settings.Family, 400, features, labels));
        double[] weights = [.. new[] { Plans.Al, Plans.Bo }.SelectMany(owner => LinearPart.Decode(Assert.Single(study[owner].Engine.Archive.PartsOf(card.Model)).Part.Span).Weights)];
        Assert.Equal(expected.Weights.Count, weights.Length);
        for (var j = 0; j < weights.Length; j++) Assert.Equal(expected.Weights[j], weights[j], 1e-3);

        var predict = $"kind: predict\npurpose: credit-risk\nparties:\n  - {{ name: al, dataset: decisions, key: [id] }}\n  - {{ name: bo, dataset: incomes, key: [id] }}\nreceivers: [al]\nparameters: {{ model: {card.Model.ToString()[..12]} }}\n";
        Assert.Null(await study.RunAsync(await receiver.Engine.PlanAsync(JobDescription.Parse(predict), None)));
        var predictions = Assert.IsType<JobResult.Predictions>(receiver.Seen.Results.Single(result => result.Value.Result is JobResult.Predictions).Value.Result);
        Assert.Equal(400, predictions.Rows.Count);
        for (var row = 0; row < train.Count; row++)
        {
            var score = expected.Score([.. features.Select(feature => feature[row])]);
            Assert.Equal(LinearPrediction.PredictionOf(settings.Family, expected, score), predictions.Rows.Single(p => string.Equals(p.Match.Key[0], train[row][0], StringComparison.OrdinalIgnoreCase)).Value, 2e-3);
        }
    }

    [Fact]
    public async Task The_scorecard_of_the_templates_is_trained_as_it_stands()
    {
        // Who defaulted follows from both parties' columns, and somewhat from nothing: a fixed shuffle of numbers.
        var (bank, bureau) = (PartyId.Parse("bank"), PartyId.Parse("bureau"));
        await using var study = new Study(bank, bureau, Plans.Cy);
        static int Amount(int i) => i * 37 % 400;
        static int Ratio(int i) => i * 53 % 97;
        static bool Defaulted(int i) => i * 7919 % 211 < 15 + (30 * (i % 3)) + (20 * (i / 3 % 3)) + (Ratio(i) / 4) + (Amount(i) / 5);
        await study[bank].OfferAsync(
            "loans", ["id,defaulted,amount,history", .. Enumerable.Range(0, 420).Select(i => $"C-{i},{(Defaulted(i) ? "yes" : "no")},{1000 + Amount(i)},history-{i % 3}")]);
        await study[bureau].OfferAsync(
            "reports", ["id,ratio,grade", .. Enumerable.Range(20, 420).Reverse().Select(i => $"C-{i},{(i % 29 == 5 ? "" : $"0.{Ratio(i):D2}")},grade-{i / 3 % 3}")]);
        study.StartAll();
        var job = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "templates", "bank-scorecard.yaml"), TestContext.Current.CancellationToken);
        var plan = await study[bank].Engine.PlanAsync(JobDescription.Parse(job), None);
        Assert.Null(await study.RunAsync(plan));
        var card = Assert.IsType<JobResult.Model>(Assert.Single(study[bank].Seen.Results).Value.Result).Card;
        Assert.Equal((320, 80), (card.Rows, card.TestRows));
        Assert.All(card.Parts, part => Assert.InRange(part.Columns, 1, 2));           // a number all of whose bins were merged is left out
        Assert.True(card.Losses[^1] < 0.24);                                          // 0.25 says nothing

        // Each party turns its part into points by itself, and a bad level has fewer than a good one.
        foreach (var (owner, column) in new[] { (bank, "history"), (bureau, "grade") })
        {
            var stored = Assert.Single(study[owner].Engine.Archive.PartsOf(card.Model));
            var part = LinearPart.Decode(stored.Part.Span);
            var points = Scorecard.Of(new(600, 50, 20), FittedRecipe.Decode(stored.Recipe.Span), [.. part.Coefficients], owner == bank ? part.Constant : null)
                .Rows.Where(row => row.Column == column).ToDictionary(row => row.Bin, row => row.Points);
            Assert.True(points[$"{column}-0"] > points[$"{column}-2"]);
        }
    }

    [Theory]
    [InlineData("as: standard }", "as: standards }", "description.invalid")]
    [InlineData("{ column: phist, as: indicators, missing: own }", "{ column: phist, as: standard }", "plan.column-unsuited")]
    [InlineData("missing: median, indicator: true", "missing: own", "plan.column-unsuited")]
    [InlineData("kind: logistic-three-pieces, epochs: 10, batch: 512, learning-rate: 1", "kind: boosted-trees", "description.invalid")]
    [InlineData("column: hirat", "column: hirats", "plan.column-unknown")]
    public async Task Steps_that_do_not_fit_are_refused_before_anything_runs(string correct, string wrong, string code)
    {
        await using var study = await ModelJobTests.StartAsync();
        Assert.Contains(correct, Training, StringComparison.Ordinal);
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(
            () => study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Training.Replace(correct, wrong, StringComparison.Ordinal)), None))).Code.Name);
    }

    [Fact]
    public async Task What_is_made_and_told_is_explained()
    {
        await using var study = await ModelJobTests.StartAsync();
        var explained = Explanation.Of(await study[Plans.Al].Engine.PlanAsync(JobDescription.Parse(Training), None));
        Assert.Contains(explained.Notes, note => note.English.Contains("weights of evidence bo learns", StringComparison.Ordinal));
    }

    // Which rows train, and in what order, follows from the plan. Columns of 'decisions' and 'incomes' stand at these places of the file.
    private static async Task<List<string[]>> TrainingRowsAsync(Plan plan) =>
    [
        .. (await ModelJobTests.RowsAsync())[1..].Select((fields, row) => 399 - row == 6 ? [fields[0], fields[1], "", .. fields[3..]] : fields)
            .OrderBy(fields => RowAlignment.PlaceOf(plan.Digest, [.. BitConverter.GetBytes(fields[0].Length), .. Encoding.UTF8.GetBytes(fields[0].ToLowerInvariant())])).Take(400),
    ];

    private sealed class ClearRows(List<string[]> rows) : ITrainingRows
    {
        private static readonly Dictionary<string, int> Places = new() { ["pirat"] = 2, ["hirat"] = 3, ["lvrat"] = 4, ["chist"] = 5, ["phist"] = 7 };

        public async IAsyncEnumerable<ColumnBatch> ReadAsync(IReadOnlyList<ColumnSchema> columns, [EnumeratorCancellation] CancellationToken cancellation)
        {
            yield return BatchOf(columns);
            await Task.CompletedTask;
        }

        public ColumnBatch BatchOf(IReadOnlyList<ColumnSchema> columns) => new(1, rows.Count, [.. columns.Select(ColumnOf)]);

        private Column ColumnOf(ColumnSchema column)
        {
            var texts = rows.Select(fields => fields[Places[column.Name]]).ToArray();
            if (column.Type == ColumnType.Text) return new TextColumn(column, [.. texts.Select(text => text.Length > 0 ? text : null)]);
            var unit = Math.Pow(10, column.Scale); // numbers of a job are doubles first
            return new NumberColumn(
                column, texts.Select(text => text.Length > 0 ? (long)Math.Round((double)decimal.Parse(text, CultureInfo.InvariantCulture) * unit) : 0).ToArray(), texts.Select(text => text.Length > 0).ToArray());
        }
    }
}
