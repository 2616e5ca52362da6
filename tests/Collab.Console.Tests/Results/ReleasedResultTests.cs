using System.Text;
using Collab.Console.Pages.Results;
using Collab.Plots;
using Collab.Plots.Figures;

namespace Collab.Console.Tests.Released; // not Results, which is a type of ASP.NET that tests beside this one use

/// <summary>Results as their page shows them, from the documents that a node keeps (protocols/specs/job.md).</summary>
public class ReleasedResultTests
{
    [Fact]
    public void Withheld_cells_say_why_and_have_no_number()
    {
        var table = Only("""
            {"job":"j","run":"r","kind":"statistics","count":2,"statistics":[
              {"level":"a","measure":"age","statistic":"count","value":"12","exactness":"exact"},
              {"level":"a","measure":"age","statistic":"mean","value":"40.5","exactness":"exact"},
              {"level":"b","measure":"age","exactness":"suppressed"}]}
            """).Tables[0];
        Assert.Equal(["column", "level", "count", "mean"], table.Columns);
        Assert.Equal([["age", "a", "12", "40.5"], ["age", "b", "suppressed", ""]], table.Rows);
    }

    [Fact]
    public void Rows_told_have_their_keys_what_was_joined_and_the_row()
    {
        var table = Only("""
            {"job":"j","run":"r","kind":"join","count":2,"keyColumns":["id"],"keys":[["p1"],["<b>p2</b>"]],"rows":[7,9],
             "joinedFrom":"bo","joinedColumns":["city"],"joined":[["Rome"],[null]]}
            """).Tables[0];
        Assert.Equal(["id", "bo.city", "rows"], table.Columns);
        Assert.Equal([["p1", "Rome", "7"], ["<b>p2</b>", "", "9"]], table.Rows);
    }

    [Fact]
    public void An_analysis_has_its_figure_and_its_numbers()
    {
        var section = Only("""
            {"job":"j","run":"r","kind":"analysis","count":1,"analyses":[{"analysis":1,"asked":{"en":"a histogram of age","zh":"年龄直方图"},"columns":["age"],"findings":[
              {"method":"Histogram","quantities":[{"term":"x <= 30","name":"count","value":"5","bits":64},{"term":"x > 30","name":"suppressed","value":"1","bits":64}]}]}]}
            """);
        Assert.Equal(FigureShape.Bars, Assert.Single(section.Figures).Shape);
        Assert.Equal([5.0, null], section.Figures[0].Series[0].Points.Select(point => point.Y));
        Assert.Equal("年龄直方图", section.Heading.Zh);
    }

    [Fact]
    public void A_stream_of_money_that_goes_round_is_left_out_of_the_picture_and_said_so()
    {
        var sections = ReleasedResult.Read(Encoding.UTF8.GetBytes("""
            {"job":"j","run":"r","kind":"trace","count":1,"trace":{"asked":3,"found":2,"sent":1,"strayed":[],"loans":[{"depth":2,
              "hops":[{"hop":1,"from":"al","to":"bo","reference":"t1","day":"2026-01-02","amount":"10.00","traced":"10.00","end":"followed","alerts":[],"left":"0","small":0,"smallSum":"0","beyond":0,"beyondSum":"0"}],
              "nodes":[{"node":0,"bank":"al","alerts":[]},{"node":1,"bank":"bo","name":"Ann","alerts":[]},{"node":2,"bank":"bo","name":"Ann","alerts":[]}],
              "edges":[{"from":0,"to":1,"reference":"t1","day":"2026-01-02","amount":"10.00","traced":"10.00"},
                       {"from":1,"to":2,"reference":"t2","day":"2026-01-03","amount":"6.00","traced":"4.00"},
                       {"from":2,"to":0,"reference":"t3","day":"2026-01-04","amount":"4.00","traced":"4.00"}]}]}}
            """), PlotLanguage.English).Sections;
        var figure = Assert.Single(sections[1].Figures);
        Assert.Equal(FigureShape.Flow, figure.Shape);
        Assert.Equal([("1 al", "2 bo: Ann", 10.0), ("2 bo: Ann", "3 bo: Ann", 4.0)], figure.Series[0].Points.Select(stream => (stream.Name!, stream.To!, stream.Y!.Value)));
        Assert.StartsWith("1 transfers", Assert.Single(sections[1].Notes).En, StringComparison.Ordinal);
        Assert.Single(sections[1].Tables[0].Rows);
    }

    [Fact]
    public void Clusters_that_are_too_small_have_no_centre()
    {
        var section = Only("""
            {"job":"j","run":"r","kind":"clusters","count":2,"clusters":[
              {"cluster":1,"size":40,"centre":[{"of":"al","column":"age","value":"40.5"},{"of":"bo","column":"dose","value":"3"}]},{"cluster":2}]}
            """);
        Assert.Equal([["1", "40", "40.5", "3"], ["2", "", "", ""]], section.Tables[0].Rows);
        Assert.Equal(["al.age", "bo.dose"], Assert.Single(Assert.Single(section.Figures).Series).Points.Select(point => point.Name!));
    }

    private static ResultSection Only(string json) => Assert.Single(ReleasedResult.Read(Encoding.UTF8.GetBytes(json), PlotLanguage.English).Sections);
}
