using System.Xml.Linq;
using Collab.FederatedLearning.Evaluation;
using Collab.Jobs;
using Collab.Plots.Models;

namespace Collab.Plots.Tests.Models;

/// <summary>Pictures and reports of models: every value where its mark is, nothing that is fetched or run, whatever names are.</summary>
public sealed class ModelPictureTests
{
    private const string Hostile = "</style></title><script>alert('x')</script><img src=http://x> & \u0001\uD800 ]]> --> 信用评分 \"and a name that is very much longer than there is room for\"";

    public static TheoryData<string, EvaluationTask> Names => new MatrixTheoryData<string, EvaluationTask>(["plain", Hostile], Enum.GetValues<EvaluationTask>());

    [Fact]
    public void Points_lie_where_the_scales_say()
    {
        var subject = SubjectOf(EvaluationTask.Classification);
        var figures = new ClassificationFigures(subject.Result);
        var rates = figures.Gains.Zip(figures.Roc).ToArray();
        Check(ModelPlotKind.Roc, "point-0", [.. figures.Roc]);
        Check(ModelPlotKind.Distance, "point-0", [.. rates.Select(point => (point.First.Depth, point.Second.TruePositiveRate))]);
        Check(ModelPlotKind.Distance, "point-1", [.. rates.Select(point => (point.First.Depth, point.Second.FalsePositiveRate))]);
        Check(ModelPlotKind.Lift, "point-0", [.. figures.Gains.Skip(1).Select(point => (point.Depth, point.Recall / point.Depth))]);
        Check(ModelPlotKind.Calibration, "point-0", [.. figures.Bins.Select(bin => (1 / (1 + Math.Exp(-bin.MeanScore)), bin.MeanLabel))]);

        void Check(ModelPlotKind kind, string mark, (double X, double Y)[] expected)
        {
            var picture = Picture.Read(ModelPlot.Draw(kind, subject, PlotLanguage.English)!);
            var (x, y) = (picture.Scale("x-axis"), picture.Scale("y-axis"));
            var points = picture.Group("series").Elements().Where(e => (string?)e.Attribute("class") == mark).ToArray();
            Assert.Equal(expected.Length, points.Length);
            foreach (var (point, (px, py)) in points.Zip(expected))
            {
                Assert.Equal(px, x(Picture.Number(point, "cx")), 2e-3);
                Assert.Equal(py, y(Picture.Number(point, "cy")), 1e-2);
            }
        }
    }

    [Fact]
    public void Bars_of_features_are_as_long_as_they_count_and_the_first_thirty_are_shown()
    {
        var subject = SubjectOf(EvaluationTask.Classification) with { Importance = [.. Enumerable.Range(1, 40).Select(i => ($"feature {i}", i / 820.0))] };
        var picture = Picture.Read(ModelPlot.Draw(ModelPlotKind.Importance, subject, PlotLanguage.English)!);
        var bars = picture.Marks("rect", "bar");
        Assert.Equal(30, bars.Count);
        Assert.Equal(40.0 / 11, Picture.Number(bars[0], "width") / Picture.Number(bars[29], "width"), 1e-2);
        Assert.Contains(picture.All.Select(Picture.TextOf), text => text == "and 10 more");
    }

    [Fact]
    public void What_there_is_nothing_of_has_no_picture()
    {
        var regression = SubjectOf(EvaluationTask.Regression);
        Assert.All([ModelPlotKind.Roc, ModelPlotKind.Distance, ModelPlotKind.Lift], kind => Assert.Null(ModelPlot.Draw(kind, regression, PlotLanguage.English)));
        Assert.NotNull(ModelPlot.Draw(ModelPlotKind.Calibration, regression, PlotLanguage.English));
        Assert.Null(ModelPlot.Draw(ModelPlotKind.Importance, regression with { Importance = [] }, PlotLanguage.English));
        var bare = SubjectOf(EvaluationTask.Classification, boundaries: false);
        Assert.All([ModelPlotKind.Lift, ModelPlotKind.Calibration], kind => Assert.Null(ModelPlot.Draw(kind, bare, PlotLanguage.English)));
        Assert.Null(ModelPlot.Draw(ModelPlotKind.Calibration, SubjectOf(EvaluationTask.Classification) with { Meaning = ScoreMeaning.Number }, PlotLanguage.English));
        Assert.DoesNotContain("<thead><tr><th scope=\"col\">Cut-off", ModelReport.Write(bare, PlotLanguage.English), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_picture_is_within_its_frame_and_a_report_stands_by_itself(string name, EvaluationTask task)
    {
        var subject = SubjectOf(task) with { Name = name, Importance = [(name, 0.75), ("b", 0.25)], Facts = [(name, name)] };
        foreach (var language in new[] { PlotLanguage.English, PlotLanguage.Chinese })
        {
            foreach (var text in Enum.GetValues<ModelPlotKind>().Select(kind => ModelPlot.Draw(kind, subject, language)).OfType<string>())
            {
                var picture = Picture.Read(text);
                Assert.NotEmpty(picture.Title);
                Assert.NotEmpty(picture.Description);
                Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
                foreach (var mark in picture.All.Where(e => e.Parent?.Name.LocalName is not ("pattern" or "defs")))
                {
                    Assert.All(new[] { "x", "x1", "x2", "cx" }.Where(n => mark.Attribute(n) is not null), n => Assert.InRange(Picture.Number(mark, n), 0, picture.Width));
                    Assert.All(new[] { "y", "y1", "y2", "cy" }.Where(n => mark.Attribute(n) is not null), n => Assert.InRange(Picture.Number(mark, n), 0, picture.Height));
                }
            }

            var report = ModelReport.Write(subject, language);
            Assert.Equal(report, ModelReport.Write(subject, language));
            var page = XDocument.Parse(report).Root!; // also well-formed as XML: nothing of a name became an element
            var elements = page.DescendantsAndSelf().Select(e => e.Name.LocalName).ToHashSet();
            Assert.Empty(elements.Except(
                ["html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "div", "table", "thead", "tbody", "tr", "th", "td", "figure", "svg", "desc", "g", "rect", "line", "path", "circle", "text"]));
            Assert.DoesNotContain(page.DescendantsAndSelf().Attributes(), a => a.Name.LocalName is "href" or "src" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
            Assert.DoesNotContain("url(", report, StringComparison.Ordinal);
            Assert.Equal(Enum.GetValues<ModelPlotKind>().Count(kind => ModelPlot.Draw(kind, subject, language) is not null), page.Descendants().Count(e => e.Name.LocalName == "svg"));
            if (name == "plain") Assert.Equal("plain", page.Descendants("h1").Single().Value);
        }
    }

    [Fact]
    public void A_report_has_the_figures_and_says_what_is_withheld()
    {
        var subject = SubjectOf(EvaluationTask.Classification);
        var figures = new ClassificationFigures(subject.Result);
        var page = XDocument.Parse(ModelReport.Write(subject, PlotLanguage.English)).Root!;
        string[] cells = [.. page.Descendants("td").Select(e => e.Value)];
        Assert.Contains(FormattableString.Invariant($"{figures.Auc:0.00000}"), cells);
        Assert.Contains(FormattableString.Invariant($"{figures.KolmogorovSmirnov:0.00000}"), cells);
        Assert.Equal(subject.Result.Boundaries.Count(boundary => boundary is { CutOff: not null, Above: null }), cells.Count(cell => cell.StartsWith("withheld", StringComparison.Ordinal)));
        Assert.Contains(subject.Result.Boundaries, boundary => boundary is { CutOff: not null, Above: null });
        Assert.Contains("at least 10 rows", page.Value, StringComparison.Ordinal);
    }

    private static ModelSubject SubjectOf(EvaluationTask task, bool boundaries = true)
    {
        var random = new Random(5);
        var settings = new EvaluationSettings { Task = task, Format = new(16, 10), CutOffs = boundaries ? [-2048, -1024, -1000, 0, 512] : [], Groups = boundaries ? 8 : 1 };
        long[] labels = new long[3000], scores = new long[3000];
        for (var i = 0; i < labels.Length; i++)
        {
            var x = (3 * (random.NextDouble() + random.NextDouble() - 1)) - 1.2;
            scores[i] = (long)(x * 1024);
            labels[i] = task == EvaluationTask.Regression ? (long)((x + random.NextDouble() - 0.5) * 1024) : random.NextDouble() < 1 / (1 + Math.Exp(-1.4 * x)) ? 1 : 0;
        }

        return new("Joint scorecard", PlainEvaluation.Run(settings, labels, scores), task == EvaluationTask.Classification ? ScoreMeaning.Logit : ScoreMeaning.Number)
        {
            Importance = [("income", 0.42), ("months as a customer", 0.31), ("负债率", 0.17), ("age", 0.1)],
            Facts = [("Parties", "bank, telecom"), ("Model", "logistic regression, 8 columns, 20 epochs")],
        };
    }
}
