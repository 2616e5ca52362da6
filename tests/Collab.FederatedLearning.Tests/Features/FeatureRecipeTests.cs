using Collab.FederatedLearning.Features;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Testing;

namespace Collab.FederatedLearning.Tests.Features;

public sealed class FeatureRecipeTests
{
    private static readonly ColumnSchema Amount = new("amount", ColumnType.Decimal, 2), Housing = new("housing", ColumnType.Text, 0);

    private static readonly FeatureRecipe Whole = FeatureRecipe.Create(
        6,
        new FeatureStep(Amount, new(MissingValues.Constant, 1050, Indicator: true), new Standardize()),
        new FeatureStep(new("age", ColumnType.Integer, 0), new(MissingValues.Own), new WeightOfEvidence(Binning.EqualFrequency(4), new(3, 3841))),
        new FeatureStep(new("term", ColumnType.Integer, 0), MissingRule.Refused, new BinNumber(Binning.Between(12, 24))),
        new FeatureStep(new("kind", ColumnType.Text, 0), new(MissingValues.Own), new WeightOfEvidence(Binning.Learned(UnseenLevels.Other, 9))),
        new FeatureStep(Housing, new(MissingValues.Constant, Level: "own"), new BinIndicators(Binning.Declared(UnseenLevels.Other, "own", "rent"), true)));

    private static Rows Sample => Rows.Of(
        Rows.Numbers("amount", 2, 1000, null, 1100, 1200, 900, 1000, 1300, 1250),
        Rows.Numbers("age", 0, 20, 30, 40, null, 25, 35, 45, 50),
        Rows.Numbers("term", 0, 12, 13, 24, 25, 6, 36, 48, 12),
        Rows.Texts("kind", "a", "b", "a", null, "c", "b", "a", "c"),
        Rows.Texts("housing", "own", "rent", "free", null, "own", "rent", "own", "rent"));

    [Fact]
    public void A_recipe_reads_what_it_writes()
    {
        var bytes = Whole.Encode();
        var read = FeatureRecipe.Decode(bytes);
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(Whole.Id, read.Id);
    }

    [Fact]
    public async Task A_fitted_recipe_reads_what_it_writes_and_makes_the_same_features()
    {
        var fitted = await FitAsync(Whole, Sample);
        var bytes = fitted.Encode();
        var read = FittedRecipe.Decode(bytes);
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(Whole.Id, read.Recipe);
        Assert.Equal(Values(fitted.Apply(Sample.All)), Values(read.Apply(Sample.All)));
        Assert.Equal(["amount", "amount?missing", "age", "term", "kind", "housing=rent", "housing=(other)"], fitted.Features.Select(f => f.Name));
    }

    [Fact]
    public async Task Bytes_that_are_cut_or_changed_are_refused_or_read_as_written()
    {
        foreach (var (bytes, read) in new (byte[], Func<byte[], byte[]>)[]
        {
            (Whole.Encode(), b => FeatureRecipe.Decode(b).Encode()),
            ((await FitAsync(Whole, Sample)).Encode(), b => FittedRecipe.Decode(b).Encode()),
        })
        {
            for (var length = 0; length < bytes.Length; length++) Assert.Throws<MalformedException>(() => read(bytes[..length]));
            Assert.Throws<MalformedException>(() => read([.. bytes, 0]));
            for (var at = 0; at < bytes.Length; at++)
            {
                foreach (var flip in new byte[] { 1, 0x80, 0xff })
                {
                    byte[] changed = [.. bytes];
                    changed[at] ^= flip;
                    try
                    {
                        Assert.Equal(changed, read(changed));
                    }
                    catch (MalformedException)
                    {
                        // The usual case; what is accepted is canonical.
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Features_by_hand()
    {
        var fitted = await FitAsync(Whole, Sample);
        var made = Values(fitted.Apply(Sample.All));
        Assert.Equal([0, 1_000_000, 0, 0, 0, 0, 0, 0], made[1]);                      // amount?missing
        Assert.Equal([0, 1_000_000, 1_000_000, 2_000_000, 0, 2_000_000, 2_000_000, 0], made[3]); // term: an edge belongs to the bin below
        Assert.Equal([0, 1_000_000, 0, 0, 0, 1_000_000, 0, 1_000_000], made[5]);      // housing=rent
        Assert.Equal([0, 0, 1_000_000, 0, 0, 0, 0, 0], made[6]);                      // housing=(other)
        double[] amounts = [10, 10.5, 11, 12, 9, 10, 13, 12.5];
        var deviation = Math.Sqrt(amounts.Sum(a => Math.Pow(a - amounts.Average(), 2)) / 8);
        for (var i = 0; i < 8; i++) Assert.Equal((amounts[i] - amounts.Average()) / deviation, made[0][i] / 1e6, 5.1e-7);
    }

    [Fact]
    public async Task Features_that_are_left_out_are_made_no_more()
    {
        var fitted = await FitAsync(Whole, Sample);
        var fewer = FittedRecipe.Decode(fitted.Without([1, 6]).Encode());
        Assert.Equal(["amount", "age", "term", "kind", "housing=rent"], fewer.Features.Select(f => f.Name));
        var all = Values(fitted.Apply(Sample.All));
        Assert.Equal([all[0], all[2], all[3], all[4], all[5]], Values(fewer.Apply(Sample.All)));
        Assert.Same(fitted, fitted.Without([]));
        Assert.Throws<ArgumentException>(() => fewer.Without([0]));
        Assert.Throws<ArgumentException>(() => fitted.Without([7]));
        Assert.Throws<ArgumentException>(() => fitted.Without([2, 1]));
        Assert.Throws<ArgumentException>(() => fitted.Without([0, 1, 2, 3, 4, 5, 6]));
    }

    [Fact]
    public async Task Chunks_memory_and_order_of_rows_change_nothing()
    {
        Column[] columns = [.. Enumerable.Range(0, 6).Select(c => (Column)Rows.Numbers($"x{c}", 3, [.. Enumerable.Range(0, 500).Select(i => (i + c) % 11 == 0 ? (long?)null : (i * 7919L * (c + 3) % 10_007) - 5_000)]))];
        var recipe = FeatureRecipe.Create(6, [.. columns.Select((c, i) => new FeatureStep(c.Schema, new(i % 2 == 0 ? MissingValues.Median : MissingValues.Mean), i < 3 ? new Standardize() : new BinNumber(Binning.EqualFrequency(7))))]);
        var expected = (await RecipeFitting.PrepareAsync(recipe, new Rows(500, 500, columns))).Finish().Encode();
        foreach (var (chunk, memory, readings) in new[] { (1, 1L << 20, 2), (7, 1, 6), (499, 8 * 1000, 4) })
        {
            var rows = new Rows(500, chunk, columns);
            Assert.Equal(expected, (await RecipeFitting.PrepareAsync(recipe, rows, memory)).Finish().Encode());
            Assert.Equal(readings, rows.Readings);                                    // once for sums, then for each group of the five sorted columns
        }

        Assert.Equal(expected, (await RecipeFitting.PrepareAsync(recipe, new Rows(500, 50, [.. columns.Select(c => Reversed((NumberColumn)c))]))).Finish().Encode());
    }

    [Fact]
    public async Task Large_and_small_numbers_keep_their_digits()
    {
        // A mean of 10^14 beside a deviation of about 1: sums of squares in doubles would have no digit of it.
        var column = Rows.Numbers("x", 1, 1_000_000_000_000_000, 1_000_000_000_000_010, 1_000_000_000_000_020);
        var fitted = (await RecipeFitting.PrepareAsync(FeatureRecipe.Create(6, new FeatureStep(column.Schema, MissingRule.Refused, new Standardize())), Rows.Of(column))).Finish();
        Assert.Equal([-1_224_745, 0, 1_224_745], Values(fitted.Apply(Rows.Of(column).All))[0]);

        // Squares whose sum has more than 128 bits.
        column = Rows.Numbers("x", 18, [.. Enumerable.Range(0, 40).Select(i => (long?)(i % 2 == 0 ? 1L << 62 : -(1L << 62)))]);
        fitted = (await RecipeFitting.PrepareAsync(FeatureRecipe.Create(6, new FeatureStep(column.Schema, MissingRule.Refused, new Standardize())), Rows.Of(column))).Finish();
        Assert.All(Values(fitted.Apply(Rows.Of(column).All))[0].Index(), value => Assert.Equal(value.Index % 2 == 0 ? 1_000_000 : -1_000_000, value.Item));
    }

    [Fact]
    public async Task What_cannot_be_fitted_is_refused()
    {
        await RefusedAsync(FeatureErrors.ColumnConstant, Rows.Numbers("x", 0, 4, 4, 4), MissingRule.Refused, new Standardize());
        await RefusedAsync(FeatureErrors.ColumnConstant, Rows.Numbers("x", 0, 4, null, 4), new(MissingValues.Mean), new Standardize());
        await RefusedAsync(FeatureErrors.ColumnConstant, Rows.Numbers("x", 0, 4, 4), MissingRule.Refused, new ScaleToRange());
        await RefusedAsync(FeatureErrors.ColumnEmpty, Rows.Numbers("x", 0, null, null), new(MissingValues.Mean), new Keep());
        await RefusedAsync(FeatureErrors.ColumnEmpty, Rows.Numbers("x", 0, null, null), new(MissingValues.Own), new BinNumber(Binning.EqualFrequency(3)));
        await RefusedAsync(FeatureErrors.ColumnEmpty, Rows.Texts("x", null, null), new(MissingValues.Own), new BinIndicators(Binning.Learned(UnseenLevels.Zero)));
        await RefusedAsync(FeatureErrors.ValueMissing, Rows.Numbers("x", 0, 1, null), MissingRule.Refused, new Standardize());
        await RefusedAsync(FeatureErrors.ValueMissing, Rows.Texts("x", "a", null), MissingRule.Refused, new BinIndicators(Binning.Learned(UnseenLevels.Zero)));
        await RefusedAsync(FeatureErrors.ValueOverRange, Rows.Numbers("x", 0, 1, (1L << 62) + 1), MissingRule.Refused, new Standardize());
        await RefusedAsync(FeatureErrors.LevelsTooMany, Rows.Texts("x", "a", "b", "c"), MissingRule.Refused, new BinIndicators(Binning.Learned(UnseenLevels.Zero, 2)));
        var collides = FeatureRecipe.Create(
            3, new FeatureStep(new("a", ColumnType.Text, 0), MissingRule.Refused, new BinIndicators(Binning.Declared(UnseenLevels.Zero, "b"))), new FeatureStep(new("a=b", ColumnType.Integer, 0), MissingRule.Refused, new Keep()));
        Assert.Equal(FeatureErrors.NamesCollide, (await Assert.ThrowsAsync<CollabException>(() => FitAsync(collides, Sample))).Code);
    }

    [Fact]
    public async Task What_cannot_be_applied_is_refused()
    {
        await NotAppliedAsync(FeatureErrors.LevelUnseen, Rows.Texts("x", "a", "b"), Rows.Texts("x", "a", "c"), new BinIndicators(Binning.Learned(UnseenLevels.Refuse)));
        await NotAppliedAsync(FeatureErrors.ValueMissing, Rows.Texts("x", "a", "b"), Rows.Texts("x", "a", null), new BinIndicators(Binning.Learned(UnseenLevels.Other)));
        await NotAppliedAsync(FeatureErrors.ValueMissing, Rows.Numbers("x", 0, 1, 2), Rows.Numbers("x", 0, 1, null), new Standardize());
        await NotAppliedAsync(FeatureErrors.ValueOverRange, Rows.Numbers("x", 0, 1, 2), Rows.Numbers("x", 0, 1L << 51), new ScaleToRange());
        await NotAppliedAsync(FeatureErrors.ValueOverRange, Rows.Numbers("x", 0, 1, 2), Rows.Numbers("x", 0, 1L << 48), new ScaleToRange());
        await NotAppliedAsync(FeatureErrors.ColumnUnfit, Rows.Numbers("x", 0, 1, 2), Rows.Numbers("x", 1, 1), new ScaleToRange());
        await NotAppliedAsync(FeatureErrors.ColumnUnfit, Rows.Numbers("x", 0, 1, 2), Rows.Texts("x", "1"), new ScaleToRange());
    }

    [Fact]
    public void Steps_that_do_not_fit_their_columns_are_refused()
    {
        FeatureStep[] wrong =
        [
            new(Housing, MissingRule.Refused, new Standardize()),
            new(Housing, new(MissingValues.Mean), new BinIndicators(Binning.Learned(UnseenLevels.Other))),
            new(Housing, new(MissingValues.Constant, 3), new BinIndicators(Binning.Learned(UnseenLevels.Other))),
            new(Housing, MissingRule.Refused, new BinNumber(Binning.Learned(UnseenLevels.Other))),
            new(Housing, MissingRule.Refused, new BinIndicators(Binning.EqualWidth(3))),
            new(Housing, MissingRule.Refused, new BinIndicators(Binning.Declared(UnseenLevels.Other, "b", "a"))),
            new(Housing, MissingRule.Refused, new BinIndicators(Binning.Declared(UnseenLevels.Other))),
            new(Amount, new(MissingValues.Own), new Standardize()),
            new(Amount, new(MissingValues.Constant, Level: "x"), new Standardize()),
            new(Amount, new(MissingValues.Constant, (1L << 62) + 1), new Standardize()),
            new(Amount, MissingRule.Refused, new BinIndicators(Binning.Learned(UnseenLevels.Other))),
            new(Amount, MissingRule.Refused, new BinNumber(Binning.EqualWidth(0))),
            new(Amount, MissingRule.Refused, new BinNumber(Binning.EqualFrequency(256))),
            new(Amount, MissingRule.Refused, new BinNumber(Binning.Between(2, 2))),
            new(Amount, MissingRule.Refused, new WeightOfEvidence(Binning.EqualWidth(3), new(0, 1))),
            new(Amount, new(MissingValues.Refuse, Indicator: true), new Keep()),
            new(Amount, new((MissingValues)9), new Keep()),
        ];
        foreach (var step in wrong) Assert.Throws<ArgumentException>(() => FeatureRecipe.Create(6, step));
        Assert.Throws<ArgumentException>(() => FeatureRecipe.Create(10, new FeatureStep(Amount, MissingRule.Refused, new Keep())));
        Assert.Throws<ArgumentException>(() => FeatureRecipe.Create(6));
        Assert.Throws<ArgumentException>(() => FeatureRecipe.Create(6, new FeatureStep(Amount, MissingRule.Refused, new Keep()), new FeatureStep(Amount, MissingRule.Refused, new Keep())));
    }

    private static async Task<FittedRecipe> FitAsync(FeatureRecipe recipe, Rows rows)
    {
        var prepared = await RecipeFitting.PrepareAsync(recipe, rows);
        var bins = await prepared.BinAsync(0, prepared.Open.Count, rows);
        return prepared.Finish([.. bins.Select(b => LabelCounting.Of(b, [0, 1, 0, 0, 1, 0, 1, 0]))]);
    }

    private static long[][] Values(ColumnBatch batch) => [.. batch.Columns.Select(c => ((NumberColumn)c).Values.ToArray())];

    private static NumberColumn Reversed(NumberColumn column) =>
        column with { Values = column.Values.ToArray().Reverse().ToArray(), Present = column.Present.ToArray().Reverse().ToArray() };

    private static async Task RefusedAsync(ErrorCode code, Column column, MissingRule missing, Transformation transformation)
    {
        var recipe = FeatureRecipe.Create(6, new FeatureStep(column.Schema, missing, transformation));
        Assert.Equal(code, (await Assert.ThrowsAsync<CollabException>(() => RecipeFitting.PrepareAsync(recipe, Rows.Of(column)))).Code);
    }

    private static async Task NotAppliedAsync(ErrorCode code, Column training, Column later, Transformation transformation)
    {
        var recipe = FeatureRecipe.Create(6, new FeatureStep(training.Schema, MissingRule.Refused, transformation));
        var fitted = (await RecipeFitting.PrepareAsync(recipe, Rows.Of(training))).Finish();
        Assert.Equal(code, Assert.Throws<CollabException>(() => fitted.Apply(Rows.Of(later).All)).Code);
    }
}
