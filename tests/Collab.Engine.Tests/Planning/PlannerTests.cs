using Collab.Engine.Descriptions;
using Collab.Engine.Planning;
using Collab.Engine.Tests.Support;
using Collab.Jobs;
using Collab.Primitives;
using Collab.Statistics;
using Collab.Testing;

namespace Collab.Engine.Tests.Planning;

public sealed class PlannerTests
{
    private const string Statistics = """
        kind: statistics
        purpose: cohort-study
        parties: [{ name: al, dataset: visits }, { name: bo, dataset: visits }]
        receivers: [cy]
        parameters: { columns: [age, bmi], group-by: { column: city, levels: [Rome] }, statistics: [mean] }
        """;

    private const string Intersection = """
        kind: intersection
        purpose: cohort-study
        parties: [{ name: al, dataset: visits, key: [city, age] }, { name: bo, dataset: visits, key: [city, age] }]
        receivers: [bo]
        """;

    private static readonly DatasetOffer OfAl = Offer(Plans.Al, bmiScale: 1);
    private static readonly DatasetOffer OfBo = Offer(Plans.Bo, bmiScale: 3);

    [Fact]
    public void A_plan_reads_exactly_the_columns_it_needs_and_carries_measures_at_the_largest_scale()
    {
        var plan = Make(Statistics);
        var question = Assert.IsType<StatisticsQuestion>(plan.Question);
        Assert.Equal([new Measure("age", 0), new Measure("bmi", 3)], question.Measures);
        Assert.All(plan.Inputs, i => Assert.Equal(["age", "bmi", "city"], i.Columns.Select(c => c.Name)));
        Assert.Equal([1, 3], plan.Inputs.Select(i => i.Columns[1].Scale)); // each in its own scale, as it offers it
        Assert.Equal((Planner.StatisticsProtocol, Plans.Created, Plans.Created.AddDays(7)), (plan.Protocol, plan.Created, plan.Expires));
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
    }

    [Fact]
    public void Ranges_of_a_private_answer_are_at_the_scale_of_their_measures_and_in_their_order()
    {
        var question = Assert.IsType<StatisticsQuestion>(Make(Private("{ column: bmi, min: 10, max: 70.5 }, { column: age, min: 0.5, max: 110 }")).Question);
        Assert.Equal([new Measure("age", 1), new Measure("bmi", 3)], question.Measures);
        Assert.Equal([new ValueRange("age", 1, 5, 1_100), new ValueRange("bmi", 3, 10_000, 70_500)], question.Privacy!.Ranges);
        Assert.Equal((NoiseMechanism.Gaussian, 500_000L, 1_000_000_000_000L), (question.Privacy.Mechanism, question.Privacy.Epsilon, question.Privacy.Delta));
    }

    [Theory]
    [InlineData("{ column: age, min: 0, max: 110 }", "statistics.question-unfit")]
    [InlineData("{ column: age, min: 0, max: 110 }, { column: bmi, min: 0, max: 1 }, { column: city, min: 0, max: 1 }", "plan.column-unknown")]
    [InlineData("{ column: age, min: 0, max: 110 }, { column: bmi, min: 999999999999999, max: 999999999999999.0001 }", "description.invalid")]
    [InlineData("{ column: age, min: 0, max: 110 }, { column: bmi, min: 3, max: 2 }", "description.invalid")]
    public void A_private_answer_needs_a_range_for_each_measure_and_for_no_other(string ranges, string code) =>
        Assert.Equal(code, Assert.Throws<CollabException>(() => Make(Private(ranges))).Code.Name);

    private static string Private(string ranges) => Statistics.Split("parameters:")[0] + $$"""
        parameters:
          columns: [age, bmi]
          statistics: [count, mean]
          privacy: { mechanism: gaussian, epsilon: 0.5, delta: 0.000001, ranges: [{{ranges}}] }
        """;

    [Fact]
    public void An_intersection_reads_the_key_columns_alone()
    {
        var plan = Make(Intersection);
        Assert.Equal(IntersectionProtocol.EcdhName, plan.Protocol);
        Assert.All(plan.Inputs, i => Assert.Equal(["city", "age"], i.Columns.Select(c => c.Name)));
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
    }

    [Fact]
    public void Alternative_keys_stand_one_after_the_other_and_a_column_is_read_once()
    {
        var plan = Make(Intersection.Replace("key: [city, age]", "keys: [[name], [name, age]], rows: 70", StringComparison.Ordinal));
        var question = Assert.IsType<IntersectionQuestion>(plan.Question);
        Assert.Equal([1, 2], question.KeyParts);
        Assert.Equal([70, 70], question.ExpectedRows);
        Assert.All(plan.Inputs, i => Assert.Equal(["name", "age"], i.Columns.Select(c => c.Name)));
        Assert.All(plan.Inputs, i => Assert.Equal(["name", "name+age"], question.KeysOf(i).Select(key => string.Join('+', key))));
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
    }

    [Theory]
    [InlineData("key: [city, age] }, {", "key: city }, {", "", "plan.column-unsuited", "The keys of bo have not as many columns as those of al.")]
    [InlineData("key: [city, age]", "key: bmi", "", "plan.column-unsuited", "Column 'bmi' of al is decimal, and a decimal column is no key.")]
    [InlineData("", "", "reveal: cardinality, duplicate: all", "plan.parties-unsuited", "Numbers of matches count keys; 'duplicate: all' has a meaning where rows are told.")]
    [InlineData("key: [city, age]", "keys: [[city], [age]]", "reveal: cardinality", "plan.parties-unsuited", "Numbers of matches are told by one key; several alternative keys would count a row several times.")]
    [InlineData("receivers: [bo]", "receivers: [al, bo]", "reveal: join, of: al, columns: name", "plan.parties-unsuited", "A join goes to one receiver, and tells columns of another owner.")]
    [InlineData("", "", "reveal: join, of: bo, columns: name", "plan.parties-unsuited", "A join goes to one receiver, and tells columns of another owner.")]
    [InlineData("", "", "reveal: join, of: al, columns: names", "plan.column-unknown", "al's 'visits' has no column 'names'; did you mean 'name'?")]
    [InlineData("", "", "reveal: aggregates, of: al, columns: name, statistics: sum", "plan.column-unsuited", "Column 'name' of al's 'visits' holds no numbers.")]
    public void An_intersection_that_makes_no_sense_is_refused(string correct, string wrong, string parameters, string code, string message)
    {
        var job = (correct.Length > 0 ? Intersection.Replace(correct, wrong, StringComparison.Ordinal) : Intersection)
            + (parameters.Length > 0 ? $"\nparameters: {{ {parameters} }}" : "");
        var refused = Assert.Throws<CollabException>(() => Make(job));
        Assert.Equal((code, message), (refused.Code.Name, refused.Message));
    }

    [Fact]
    public void What_no_protocol_does_is_said_when_it_is_planned()
    {
        var refused = Assert.Throws<CollabException>(() => Make(Intersection + "\nsecurity: malicious\nparameters: { protocol: ecdh }"));
        Assert.Equal(Planner.ProtocolUnsuited, refused.Code);
    }

    [Fact]
    public void Two_plans_of_one_request_have_two_names() => Assert.NotEqual(Make(Statistics).Digest, Make(Statistics, seed: 2).Digest);

    [Theory]
    [InlineData("dataset: visits }, {", "dataset: visit }, {", "plan.dataset-unknown", "al offers no dataset 'visit'; did you mean 'visits'?")]
    [InlineData("columns: [age, bmi]", "columns: [agee]", "plan.column-unknown", "al's 'visits' has no column 'agee'; did you mean 'age'?")]
    [InlineData("column: city", "column: citi", "plan.column-unknown", "al's 'visits' has no column 'citi'; did you mean 'city'?")]
    [InlineData("columns: [age, bmi]", "columns: [city]", "plan.column-unsuited", "Column 'city' of al's 'visits' holds no numbers.")]
    [InlineData("receivers: [cy]", "receivers: [cyy]", "plan.party-unknown", "'cyy' is not a party of the consortium; did you mean 'cy'?")]
    [InlineData("name: bo", "name: bob", "plan.party-unknown", "'bob' is not a party of the consortium; did you mean 'bo'?")]
    [InlineData("receivers: [cy]", "receivers: [bo, cy]", "plan.parties-unsuited", "Joint statistics go to one receiver.")]
    public void A_request_that_does_not_fit_the_offers_is_refused_with_a_hint(string correct, string wrong, string code, string message)
    {
        var refused = Assert.Throws<CollabException>(() => Make(Statistics.Replace(correct, wrong, StringComparison.Ordinal)));
        Assert.Equal((code, message), (refused.Code.Name, refused.Message));
    }

    [Theory]
    [InlineData("agee > 5", "plan.column-unknown", "al's 'visits' has no column 'agee'; did you mean 'age'?")]
    [InlineData("age > 5 and (citi = 'Rome' or age < 3)", "plan.column-unknown", "al's 'visits' has no column 'citi'; did you mean 'city'?")]
    [InlineData("age = '5'", "plan.filter-unsuited", "The filter compares column 'age' of al's 'visits', which holds numbers, with a constant of another type.")]
    [InlineData("city in (1, 2)", "plan.filter-unsuited", "The filter compares column 'city' of al's 'visits', which holds text, with a constant of another type.")]
    [InlineData("city > 5", "plan.filter-unsuited", "The filter compares column 'city' of al's 'visits', which holds text, with a constant of another type.")]
    [InlineData("age >", "description.invalid", "Line 5, column 107: 'parameters.where' is no condition on rows: at letter 6 a number, or a text in single quotes is expected.")]
    public void A_filter_that_is_none_or_does_not_fit_an_owners_columns_is_refused(string where, string code, string message)
    {
        var refused = Assert.Throws<CollabException>(() => Make(Filtered(where)));
        Assert.Equal((code, message), (refused.Code.Name, refused.Message));
    }

    [Fact]
    public void A_filter_adds_its_columns_and_is_reviewed_by_its_owner()
    {
        var plan = Make(Filtered("name <> 'x' and bmi is not missing").Replace("name: bo, dataset: visits", "name: bo, dataset: visits, where: age >= 18", StringComparison.Ordinal));
        Assert.Equal(["bmi is not missing and name <> 'x'", "age >= 18 and bmi is not missing and name <> 'x'"], plan.Inputs.Select(input => input.Filter!.ToString()));
        Assert.All(plan.Inputs, input => Assert.Equal(["age", "bmi", "city", "name"], input.Columns.Select(column => column.Name)));
        Assert.Equal(plan.Digest, Plan.Decode(plan.Encode()).Digest);
        var own = plan.InputOf(Plans.Al)!;
        Planner.Review(plan, own, OfAl);
        foreach (var (where, code) in new[] { ("salary > 5", "plan.column-unknown"), ("name > 5", "plan.filter-unsuited") })
            Assert.Equal(code, Assert.Throws<CollabException>(() => Planner.Review(plan, own with { Filter = FilterText.Parse(where) }, OfAl)).Code.Name);
    }

    private static string Filtered(string where) => Statistics.Replace("statistics: [mean]", $"statistics: [mean], where: \"{where}\"", StringComparison.Ordinal);

    [Fact]
    public void With_two_owners_neither_may_receive() => Assert.Equal(
        StatisticsErrors.ReceiverIsOwnerOfTwo,
        Assert.Throws<CollabException>(() => Make(Statistics.Replace("[cy]", "[bo]", StringComparison.Ordinal))).Code);

    [Fact]
    public void An_owner_that_still_offers_what_a_plan_asks_for_has_no_objection()
    {
        foreach (var plan in new[] { Make(Statistics), Make(Intersection) }) Planner.Review(plan, plan.InputOf(Plans.Al)!, OfAl);
    }

    [Fact]
    public void An_owner_refuses_what_it_does_not_offer_or_not_so()
    {
        var plan = Make(Statistics);
        var input = plan.InputOf(Plans.Al)!;
        var question = (StatisticsQuestion)plan.Question;
        (Plan Plan, PlanInput Input, DatasetOffer? Offer, ErrorCode Code)[] table =
        [
            (plan, input, null, Planner.DatasetUnknown),
            (plan, input, OfAl with { Id = Plans.DigestOf("other") }, Planner.DatasetUnknown),
            (plan, input, OfAl with { Version = Plans.DigestOf("other") }, Authorization.GrantOtherVersion),
            (plan, input with { Columns = [new ColumnSchema("age", ColumnType.Decimal, 2)] }, OfAl, Planner.ColumnUnsuited),
            (plan, input with { Columns = [new ColumnSchema("salary", ColumnType.Integer, 0)] }, OfAl, Planner.ColumnUnknown),
            (plan with { Protocol = "joint-statistics/2" }, input, OfAl, Planner.PartiesUnsuited),
            (plan with { Protocol = IntersectionProtocol.EcdhName }, input, OfAl, Planner.PartiesUnsuited),
            (plan with { Receivers = [Plans.Bo, Plans.Cy] }, input, OfAl, Planner.PartiesUnsuited),
            (plan with { Receivers = [Plans.Bo] }, input, OfAl, StatisticsErrors.ReceiverIsOwnerOfTwo),
            (plan with { Question = question with { MinimumGroupSize = 0 } }, input, OfAl, StatisticsErrors.QuestionUnfit),
            (Make(Intersection) with { Protocol = "psi-ecdh/2" }, Make(Intersection).InputOf(Plans.Al)!, OfAl, Planner.PartiesUnsuited),
            (Make(Intersection) with { Protocol = IntersectionProtocol.CardinalityName }, Make(Intersection).InputOf(Plans.Al)!, OfAl, Planner.PartiesUnsuited),
            (Make(Intersection) with { Security = SecurityModel.Malicious, Protocol = IntersectionProtocol.EcdhName }, Make(Intersection).InputOf(Plans.Al)!, OfAl, Planner.PartiesUnsuited),
            (Make(Intersection) with { Question = new IntersectionQuestion(KeyRule.Default) { Choice = ProtocolChoice.Rr22 }, Protocol = IntersectionProtocol.EcdhName }, Make(Intersection).InputOf(Plans.Al)!, OfAl, Planner.PartiesUnsuited),
            (Make(Intersection) with { Receivers = [Plans.Cy] }, Make(Intersection).InputOf(Plans.Al)!, OfAl, Planner.PartiesUnsuited),
        ];
        foreach (var (changed, part, offer, code) in table)
            Assert.Equal(code, Assert.Throws<CollabException>(() => Planner.Review(changed, part, offer)).Code);
    }

    [Theory]
    [InlineData("rows", IntersectionProtocol.LargestInMemory, IntersectionProtocol.VoleName)]
    [InlineData("rows", IntersectionProtocol.LargestInMemory + 1, IntersectionProtocol.StreamedVoleName)]
    [InlineData("differences", IntersectionProtocol.LargestInMemory + 1, IntersectionProtocol.StreamedVoleName)]
    public void Large_sets_run_in_buckets_by_the_rows_that_are_said_and_every_node_checks_it(string reveal, long rows, string protocol)
    {
        var plan = Make(Intersection
            .Replace("key: [city, age]", $"key: [name], rows: {rows}", StringComparison.Ordinal)
            .Replace("parties:", $"parameters: {{ protocol: rr22, reveal: {reveal} }}\nparties:", StringComparison.Ordinal));
        Assert.Equal(protocol, plan.Protocol);
        Planner.Review(plan, plan.InputOf(Plans.Al)!, OfAl);
        Assert.Equal(protocol == IntersectionProtocol.StreamedVoleName, Explanation.Of(plan).Notes.Any(note => note.English.Contains("goes on at its last bucket", StringComparison.Ordinal)));
        var other = plan with { Protocol = protocol == IntersectionProtocol.VoleName ? IntersectionProtocol.StreamedVoleName : IntersectionProtocol.VoleName };
        Assert.Equal(Planner.PartiesUnsuited, Assert.Throws<CollabException>(() => Planner.Review(other, plan.InputOf(Plans.Al)!, OfAl)).Code);
    }

    [Theory]
    [InlineData(1_000_000, 1000, 2, 2, "auto", IntersectionProtocol.UnbalancedName)]       // over a slow line, few keys against many
    [InlineData(1_000_000, 1000, 1000, 2, "auto", IntersectionProtocol.VoleName)]          // a fast one moves all keys in less time than they are prepared in
    [InlineData(1_000_000, 20_000, 2, 2, "auto", IntersectionProtocol.VoleName)]           // not a hundred times as many
    [InlineData(1_000_000, 1000, 2, 5, "auto", IntersectionProtocol.VoleName)]             // the receiver could have 99,999 keys
    [InlineData(1_000_000, 1000, 2, 2, "rr22", IntersectionProtocol.VoleName)]
    [InlineData(1000, 1_000_000, 2, 2, "auto", IntersectionProtocol.VoleName)]             // the receiver has the many
    public void Few_keys_against_many_are_asked_under_encryption_where_that_is_the_fastest(
        int sender, int receiver, int line, int band, string choice, string protocol)
    {
        var job = Intersection.Replace("key: [city, age] }, { name: bo", $"key: [name], rows: {sender} }}, {{ name: bo", StringComparison.Ordinal)
            .Replace("key: [city, age]", $"key: [name], rows: {receiver}", StringComparison.Ordinal)
            .Replace("parties:", $"parameters: {{ reveal: rows, bandwidth: {line}, protocol: {choice} }}\nparties:", StringComparison.Ordinal);
        var plan = Planner.Make(
            JobDescription.Parse(job), "study", [Plans.Al, Plans.Bo, Plans.Cy], Plans.Cy, [OfAl, OfBo with { RowBand = band }], Plans.Created, RandomSource.Seeded(1));
        Assert.Equal(protocol, plan.Protocol);
        Planner.Review(plan, plan.InputOf(Plans.Al)!, OfAl);
        if (protocol == IntersectionProtocol.UnbalancedName)
            Assert.Contains(Explanation.Of(plan).Notes, note => note.English.Contains("psi-unbalanced/1, the fastest by the estimate at 2 Mbit/s", StringComparison.Ordinal));
    }

    private static Plan Make(string job, int seed = 1) => Planner.Make(
        JobDescription.Parse(job), "study", [Plans.Al, Plans.Bo, Plans.Cy], Plans.Cy, [OfAl, OfBo], Plans.Created, RandomSource.Seeded(seed));

    private static DatasetOffer Offer(PartyId owner, int bmiScale) => new(
        owner, "visits", Plans.DigestOf($"{owner} id"), Plans.DigestOf($"{owner} version"), 2,
        new DatasetSchema(
        [
            new("city", ColumnType.Text, 0), new("age", ColumnType.Integer, 0), new("bmi", ColumnType.Decimal, bmiScale), new("name", ColumnType.Text, 0),
        ]));
}
