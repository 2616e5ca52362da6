using System.Text.Json.Nodes;
using Collab.Engine.Descriptions;
using Collab.Primitives;

namespace Collab.Engine.Tests.Descriptions;

/// <summary>The published schema and the parser judge every description alike: all examples, and each with one thing changed.</summary>
public sealed class JobSchemaTests
{
    // JSON is YAML, so both read the same text.
    private const string FullIntersection = """
        {"kind":"intersection","purpose":"cohort-study",
         "parties":[{"name":"al","dataset":"patients","key":["id","born"]},{"name":"bo","dataset":"patients","key":"id","where":"born < '2000'"}],
         "receivers":["al"],"parameters":{"trim":true,"nfkc":false,"case":"keep","blank":"fail","duplicate":"skip"},
         "security":"semi-honest","expires":"30d","uses":3,"run-limit":"90s"}
        """;

    private const string FullStatistics = """
        {"kind":"statistics","purpose":"cohort-study",
         "parties":[{"name":"al","dataset":"visits"},{"name":"bo","dataset":"visits"},{"name":"cy","dataset":"visits"}],
         "receivers":["dee","eve"],
         "parameters":{"columns":["age","bmi"],"group-by":{"column":"city","levels":["Rome","Oslo"]},
                       "statistics":["count","sum","mean","variance","sd","min","max"],"total":true,"minimum-group":10,"contributor":"patient","dominance":{"p":10,"n":2,"k":85},
                       "where":"age >= 65 and (sex = 'f' or bmi is missing)"},
         "security":"semi-honest","expires":"12h","uses":1,"run-limit":"15m","consent":"throughout","replay":"kept",
         "algorithm":{"provider":"fay","name":"mean age","version":3},"endorsers":{"of":["gil","hal"],"at-least":1}}
        """;

    private const string PrivateStatistics = """
        {"kind":"statistics","purpose":"x","parties":[{"name":"al","dataset":"a"},{"name":"bo","dataset":"a"}],"receivers":"cy",
         "parameters":{"columns":["age","bmi"],"statistics":["count","mean"],
                       "privacy":{"mechanism":"gaussian","epsilon":"0.5","delta":"0.000001","ranges":[{"column":"age","min":"0","max":"110"},{"column":"bmi","min":"12.5","max":"70"}]}}}
        """;

    private const string FullAnalysis = """
        {"kind":"analysis","purpose":"cohort-study","parties":[{"name":"al","dataset":"visits"},{"name":"bo","dataset":"visits","where":"ward in (1, 2)"}],"receivers":["dee"],
         "parameters":{"minimum-group":10,"where":"not age < 18","analyses":[
           {"test":"one-sample","value":"age","mean":"0.33"},{"test":"paired","first":"before","second":"after"},
           {"test":"two-sample","value":"age","by":{"column":"city","levels":["Rome","Oslo"]}},{"test":"welch","value":"age","by":{"column":"city","levels":["Rome","Oslo"]}},
           {"test":"anova","value":"age","by":{"column":"city","levels":["Rome","Oslo","Bern"]}},
           {"test":"chi-squared","rows":{"column":"city","levels":["Rome","Oslo"]},"across":{"column":"ill","levels":["no","yes"]},"correct":false},
           {"test":"fisher","rows":{"column":"city","levels":["Rome","Oslo"]},"across":{"column":"ill","levels":["no","yes"]}},
           {"test":"ratios","rows":{"column":"city","levels":["Rome","Oslo"]},"across":{"column":"ill","levels":["no","yes"]}},
           {"test":"proportion","of":{"column":"ill","levels":["no","yes"]},"share":"0.13"},
           {"test":"correlation","x":"age","y":"bmi"},{"test":"shape","value":"bmi"},{"test":"linear","response":"bmi","covariates":["age","male"]},
           {"test":"cox","time":"days","event":{"column":"died","levels":["0","1"]},"covariates":["age","male"],"until":["365","730.5"]},
           {"test":"poisson","response":"visits","covariates":["age"]},{"test":"logistic","response":{"column":"ill","levels":["no","yes"]},"covariates":["age","male"]},
           {"test":"survival","time":"days","event":{"column":"died","levels":["0","1"]},"by":{"column":"city","levels":["Rome","Oslo"]},"until":["365","730.5"]},
           {"test":"quantiles","value":"age","by":{"column":"city","levels":["Rome","Oslo"]},"probabilities":["0.25","0.5","0.975"],"min":"0","max":"130"},{"test":"median","value":"age"},
           {"test":"histogram","value":"days","breaks":["-1","365","730.5"]},{"test":"kruskal-wallis","value":"days","by":{"column":"city","levels":["Rome","Oslo"]},"breaks":"365"},
           {"test":"mann-whitney","value":"days","by":{"column":"city","levels":["Rome","Oslo"]}},{"test":"spearman","x":"age","y":"bmi","dealer":"receiver"},
           {"test":"kolmogorov-smirnov","value":"days","by":{"column":"city","levels":["Rome","Oslo"]},"breaks":"365"},
           {"test":"stability","value":"days","by":{"column":"city","levels":["Rome","Oslo"]},"breaks":["365"]}]}}
        """;

    private const string JoinedAnalysis = """
        {"kind":"analysis","purpose":"x","parties":[{"name":"al","dataset":"a","key":["id","born"]},{"name":"bo","dataset":"b","key":["no","birth"],"where":"class <> 'x'"}],"receivers":"al",
         "parameters":{"join":{"trim":true,"nfkc":false,"case":"keep","blank":"fail","duplicate":"refuse","columns":[{"column":"bmi","of":"bo","min":"12.5","max":"70"}]},
                       "minimum-group":20,"analyses":[{"test":"correlation","x":"age","y":"bmi"}]}}
        """;

    private const string FullComputation = """
        {"kind":"computation","purpose":"auction","parties":[{"name":"al","dataset":"bids"},{"name":"bo","dataset":"bids","where":"lot = 7"},{"name":"cy","dataset":"bids"}],"receivers":["al"],
         "parameters":{"inputs":[{"name":"price","column":"offer","of":"al","min":"-0.5","max":"10"},{"name":"n","min":"0","max":"10.25"}],"missing":"skip-row","program":"open most = max(price)","dealer":"cy"}}
        """;

    private const string FullRetrieval = """
        {"kind":"retrieval","purpose":"credit-report","parties":[{"name":"al","dataset":"a","key":["id","born"]},{"name":"bo","dataset":"b","key":["no","birth"]}],"receivers":["al"],
         "parameters":{"columns":["score","band"],"of":"bo","keys":10,"value-size":32,"records":1000,"trim":true,"nfkc":false,"case":"keep","blank":"fail","duplicate":"refuse"}}
        """;

    private const string FullTrace = """
        {"kind":"trace","purpose":"loan-supervision","parties":[{"name":"al","dataset":"a"},{"name":"bo","dataset":"b","where":"way = 'in'"}],"receivers":["al","bo"],
         "parameters":{"columns":{"reference":"r","account":"a","bank":"b","direction":"d","amount":"m","day":"t","traced":"x","name":"n","industry":"i","watched":"w"},
           "hops":5,"delay":2,"period":20,"traces":3,"fan-out":2,"mailbox":8,"minimum":"12.5","alerts":{"same-name":true,"industries":["K70"]},"details":["account","name"],"where":"m > 1"}}
        """;

    private const string FullDelivery = """
        {"kind":"deliver","purpose":"claims","parties":[{"name":"al","dataset":"a","key":["id","born"]},{"name":"bo","dataset":"b","key":["no","birth"],"where":"closed = 'no'"}],"receivers":["al"],"consent":"required",
         "parameters":{"of":"bo","disclose":["item","day"],"rule":"days <= 30 and not icd = 'Z'","amount":{"of":"charge","share":"0.8","deductible":"500","cap":"20000.5"},"records":16,"record-size":1024,"valid":"30d",
                       "trim":true,"nfkc":false,"case":"keep","blank":"fail","duplicate":"refuse"}}
        """;

    private const string FullAttestation = """
        {"kind":"attest","purpose":"degrees","parties":[{"name":"al","dataset":"degrees","where":"year > 1999"}],"receivers":["al"],"parameters":{"columns":["name","born"],"valid":"3650d"},"expires":"12h","uses":2,"run-limit":"15m"}
        """;

    private const string ShortIntersection = """
        {"kind":"intersection","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":"bo"}
        """;

    private const string ShortStatistics = """
        {"kind":"statistics","purpose":"x","parties":[{"name":"al","dataset":"a"}],"receivers":"cy","parameters":{"columns":"age","statistics":"mean","dominance":"none"}}
        """;

    private const string Aggregates = """
        {"kind":"intersection","purpose":"exposure",
         "parties":[{"name":"al","dataset":"a","keys":[["id"],["name","born"]],"rows":1000},{"name":"bo","dataset":"b","keys":[["id"],["name","born"]]}],
         "receivers":["al","bo"],
         "parameters":{"reveal":"aggregates","of":"bo","columns":["amount","age"],"statistics":["count","sum","mean","variance","sd"],"minimum":10,
                       "protocol":"rr22","bandwidth":100,"at-least":2,"duplicate":"refuse"},
         "security":"malicious"}
        """;

    private const string Join = """
        {"kind":"intersection","purpose":"risk","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al"],
         "parameters":{"reveal":"join","of":"bo","columns":["class"],"duplicate":"first"}}
        """;

    private const string Differences = """
        {"kind":"intersection","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al","bo"],
         "parameters":{"reveal":"differences","duplicate":"all"}}
        """;

    private const string Daily = """
        {"kind":"intersection","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al"],
         "parameters":{"reveal":"changes","duplicate":"first"},"uses":30,"expires":"31d"}
        """;

    private const string LinearTraining = """
        {"kind":"train","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id","where":"age > 17"}],"receivers":["al"],
         "parameters":{"label":{"of":"al","column":"bad","positive":"yes"},"features":[{"of":"al","columns":["w","z"]},{"of":"bo","columns":["y"]}],
           "model":{"kind":"logistic","epochs":20,"batch":64,"learning-rate":0.2,"l2":0.01},"rows":"matching","missing":"skip-row","test-percent":20,"minimum-rows":500,"whole-to":["bo"],
           "trim":false,"nfkc":false,"case":"keep","blank":"fail","duplicate":"refuse"}}
        """;

    private const string RecipeTraining = """
        {"kind":"train","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al"],
         "parameters":{"label":{"of":"al","column":"bad","positive":"yes"},
           "features":[{"of":"al","columns":["w"]},{"of":"bo","steps":[
             {"column":"y","as":"weight-of-evidence","missing":"own","bins":8,"equal":"width","unseen":"zero","merge-to":4},{"column":"z","as":"standard","missing":"mean","indicator":true}]}],
           "model":{"kind":"logistic","epochs":5},"least-of-each-label":10}}
        """;

    private const string TreeTraining = """
        {"kind":"train","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al","bo"],
         "parameters":{"label":{"of":"al","column":"loss"},"features":[{"of":"bo","columns":["y"]}],
           "model":{"kind":"boosted-regression","trees":50,"depth":4,"bins":32,"learning-rate":0.3,"l2":2,"minimum-gain":0.5,"minimum-child-weight":3,"label-bound":1000,"splits":"hidden"}}}
        """;

    private const string Prediction = """
        {"kind":"predict","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al"],"parameters":{"model":"3f9ac2d1","standing":true}}
        """;

    private const string NetworkTraining = """
        {"kind":"train","purpose":"x","parties":[{"name":"al","dataset":"a"},{"name":"bo","dataset":"b"},{"name":"cy","dataset":"b"}],"receivers":["di"],
         "parameters":{"rows":"side-by-side","label":{"column":"bad"},"features":[{"column":"age","min":18,"max":99.5}],
           "model":{"kind":"network","hidden":4,"rounds":5,"passes":1,"batch":1,"learning-rate":0.5,"privacy":{"hides":"row","epsilon":3,"delta-digits":5,"clip":2,"rows":1000}}}}
        """;

    private const string Clustering = """
        {"kind":"cluster","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al"],
         "parameters":{"features":[{"of":"al","columns":["w","z"]},{"of":"bo","columns":["y"]}],"clusters":4,"iterations":20,"minimum-size":30,"sizes":true,"missing":"skip-row","duplicate":"refuse"}}
        """;

    private const string RowTraining = """
        {"kind":"train","purpose":"x","parties":[{"name":"al","dataset":"a"},{"name":"bo","dataset":"b","where":"age > 17"}],"receivers":["al"],
         "parameters":{"rows":"side-by-side","label":{"column":"bad","positive":"yes"},"features":[{"column":"age","min":18,"max":99.5},{"column":"sex","levels":["f","m"]}],
           "model":{"kind":"boosted-trees","trees":50,"depth":4},"missing":"skip-row","minimum-rows":500}}
        """;

    private const string Evaluation = """
        {"kind":"evaluate","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al","bo"],
         "parameters":{"model":"3f9ac2d1","rows":"test","cut-offs":[0.5,0.25],"groups":20,"minimum-group":5}}
        """;

    private const string Pipeline = """
        {"kind":"pipeline","purpose":"x","parties":[{"name":"al","dataset":"a","key":"id"},{"name":"bo","dataset":"b","key":"id"}],"receivers":["al"],"parameters":{"steps":[
          {"kind":"train","parameters":{"label":{"of":"al","column":"bad","positive":"yes"},"features":[{"of":"bo","columns":["y"]}],"model":{"kind":"boosted-trees","trees":5}}},
          {"kind":"predict","parameters":{"model":"3f9ac2d1"}}]}}
        """;

    private static readonly SchemaCheck Schema = new(JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "job.schema.json")))!.AsObject());

    private static readonly string[] AllExamples = [FullIntersection, FullStatistics, PrivateStatistics, FullAnalysis, JoinedAnalysis, FullComputation, FullRetrieval, FullTrace, FullDelivery, FullAttestation, ShortIntersection, ShortStatistics, Aggregates, Join, Differences, Daily, LinearTraining, RecipeTraining, TreeTraining, Prediction, Evaluation, Pipeline, RowTraining, NetworkTraining, Clustering];

    public static TheoryData<string> Examples => [.. AllExamples];

    [Theory, MemberData(nameof(Examples))]
    public void Both_accept_an_example(string example)
    {
        Assert.True(Schema.IsValid(JsonNode.Parse(example)));
        JobDescription.Parse(example);
    }

    [Theory, MemberData(nameof(Examples))]
    public void Both_judge_every_change_of_an_example_alike(string example)
    {
        var changes = Changes(example).ToList();
        Assert.True(changes.Count > 50);
        Assert.Contains(changes, c => Parses(c.Text));
        Assert.Contains(changes, c => !Parses(c.Text));
        Assert.All(changes, c => Assert.True(
            Schema.IsValid(JsonNode.Parse(c.Text)) == Parses(c.Text), $"{c.What}: the parser says {Parses(c.Text)}, the schema the opposite: {c.Text}"));
    }

    [Fact]
    public void Every_field_of_the_schema_is_in_an_example()
    {
        var used = AllExamples.SelectMany(e => Objects(JsonNode.Parse(e)!)).SelectMany(o => o.Select(p => p.Key)).ToHashSet();
        Assert.Empty(Schema.PropertyNames().Except(used));
    }

    private static bool Parses(string text)
    {
        try
        {
            JobDescription.Parse(text);
            return true;
        }
        catch (CollabException e)
        {
            Assert.Equal(YamlSection.Invalid, e.Code);
            return false;
        }
    }

    // At every field: left out; of every other kind of value; at the edges of its range; every other known field beside it.
    private static IEnumerable<(string What, string Text)> Changes(string example)
    {
        string[] values =
        [
            "{}", "[]", "\"\"", "\"x\"", "\"Not A Party\"", "\"soon\"", "\"0s\"", "\"90s\"", "\"intersection\"", "\"statistics\"", "\"lower\"", "\"mean\"", "\"rows\"", "\"aggregates\"", "\"join\"", "\"differences\"", "\"cardinality\"", "\"changes\"", "\"holders\"", "\"first\"", "\"skip\"", "\"malicious\"", "[[\"x\"],[\"x\",\"y\"]]", "[[]]",
            "[\"x\"]", "[\"mean\",\"mean\"]", "[\"x\",\"y\"]", "[{}]", "{\"x\":1}",
        ];
        var objects = Objects(JsonNode.Parse(example)!).ToList();
        for (var at = 0; at < objects.Count; at++)
        {
            var names = objects[at].Select(p => p.Key).ToList();
            foreach (var name in names)
            {
                yield return Changed(example, at, $"without {name}", o => o.Remove(name));
                foreach (var value in values.Where(v => !IsBeyondTheSchema(name, v)))
                    yield return Changed(example, at, $"{name} as {value}", o => o[name] = JsonNode.Parse(value));
                foreach (var number in name is "p" or "n" or "k" or "uses" or "minimum-group" or "minimum" or "rows" or "bandwidth" ? [-1, 0, 1, 3, 4, 99, 100, 101, 1000, 1001, 1_000_000, 1_000_001, 1 << 28, (1 << 28) + 1] : Array.Empty<int>())
                    yield return Changed(example, at, $"{name} as {number}", o => o[name] = number);
            }

            foreach (var other in Schema.PropertyNames().Append("colour").Except(names))
                yield return Changed(example, at, $"with {other}", o => o[other] = other is "trim" or "nfkc" ? JsonValue.Create(true) : JsonValue.Create("x"));
        }
    }

    private static (string What, string Text) Changed(string example, int at, string what, Action<JsonObject> change)
    {
        var copy = JsonNode.Parse(example)!;
        change(Objects(copy).ElementAt(at));
        return (what, copy.ToJsonString());
    }

    // What a schema cannot say (job.md, "Rules beyond the schema").
    private static bool IsBeyondTheSchema(string name, string value) =>
        name is "at-least" or "of" // a number of parties, and one of them
        || (name is "receivers" && value is not ("{}" or "[]" or "\"\"" or "\"Not A Party\"" or "[{}]" or "{\"x\":1}" or "[\"mean\",\"mean\"]"))
        || (name is "name" && value is not ("{}" or "[]" or "\"\"" or "\"Not A Party\"" or "[{}]" or "{\"x\":1}"));

    private static IEnumerable<JsonObject> Objects(JsonNode node) => node switch
    {
        JsonObject o => o.Select(p => p.Value!).SelectMany(Objects).Prepend(o),
        JsonArray a => a.SelectMany(i => Objects(i!)),
        _ => [],
    };
}
