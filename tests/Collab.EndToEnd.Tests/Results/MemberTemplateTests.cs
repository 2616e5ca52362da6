using System.Globalization;
using System.Text.Json;
using Collab.EndToEnd.Tests.Support;

namespace Collab.EndToEnd.Tests.Results;

/// <summary>The ready jobs of many members for one receiver, run as they stand over real nodes: supplier reputation and the sea.</summary>
public sealed class MemberTemplateTests
{
    [Fact]
    public async Task A_supplier_is_told_of_where_three_buyers_know_it_and_no_buyer_shows()
    {
        using var folder = new TemporaryFolder();
        foreach (var (b, buyer) in new[] { "aero", "bearings", "castings" }.Index())
        {
            // S-03 has two buyers; of S-04 nearly all delays are one buyer's.
            var rows = from s in Enumerable.Range(1, 4)
                       where s != 3 || b < 2
                       from i in Enumerable.Range(0, 6)
                       let delay = s == 4 && b == 0 && i == 0 ? 90_017 : (s * 3) + b + i
                       select $"{buyer},S-0{s},0.0{s + i},{delay},{i % 2},CanaryPrice{i}";
            folder.Write($"{buyer}/orders.csv", "buyer,supplier,defect_rate,delay_days,disputes,price\n" + string.Join('\n', rows) + "\n");
        }

        var cells = Cells(await RunAsync(folder, "supplier-reputation", ["aero", "bearings", "castings"]), "castings");
        Assert.Equal("18", cells[("S-01", "delay_days", "count")]);
        Assert.Equal(3 + 1 + 2.5, double.Parse(cells[("S-01", "delay_days", "mean")], CultureInfo.InvariantCulture), 1e-12);
        Assert.Equal(0.01 + 0.025, double.Parse(cells[("S-01", "defect_rate", "mean")], CultureInfo.InvariantCulture), 1e-12);
        Assert.DoesNotContain(cells.Keys, cell => cell.Level == "S-03");
        Assert.DoesNotContain(cells.Keys, cell => cell.Level == "S-04" && cell.Measure == "delay_days");
        Assert.Empty(Support.Results.FilesWith(folder["out"], ["CanaryPrice", "90017"]));
    }

    [Fact]
    public async Task A_university_without_readings_gets_the_grid_and_the_forecast_and_no_vessels_catch()
    {
        using var folder = new TemporaryFolder();
        string[] stations = ["east-station", "north-station", "south-station", "west-station"];
        var all = new List<(double Temperature, double Salinity, double Catch)>();
        foreach (var (s, station) in stations.Index())
        {
            // One vessel alone takes readings in cell B2.
            var rows = from i in Enumerable.Range(0, 30)
                       let cell = i < 10 ? "A1" : i < 20 ? "A2" : s == 0 ? "B2" : "B1"
                       let t = 10 + (i * 7 % 13) + (0.5 * s)
                       let salt = 30 + (i * 5 % 7)
                       select (Cell: cell, Vessel: cell == "B2" ? "CanaryVessel" : $"V{s}{i % 3}", T: t, Salt: (double)salt, Kg: 12 + (3 * t) - (0.25 * salt) + (i * 11 % 5));
            var list = rows.ToList();
            all.AddRange(list.Select(row => (row.T, row.Salt, row.Kg)));
            folder.Write($"{station}/readings.csv", string.Create(CultureInfo.InvariantCulture, $"vessel,cell,temperature,salinity,catch_kg\n{string.Concat(list.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Vessel},{row.Cell},{row.T:F1},{row.Salt:F0},{row.Kg:F3}\n")))}"));
        }

        Directory.CreateDirectory(folder["university"]);
        string[] parties = [.. stations, "university"];
        var cells = Cells(await RunAsync(folder, "marine-grid", parties), "university");
        Assert.Equal("40", cells[("A1", "temperature", "count")]);
        Assert.DoesNotContain(cells.Keys, cell => cell.Level == "B2");
        Assert.Empty(Support.Results.FilesWith(folder["out"], ["CanaryVessel"]));

        Directory.Delete(folder["out"], recursive: true);
        var forecast = (await RunAsync(folder, "marine-forecast", parties)).GetProperty("parties").GetProperty("university").GetProperty("result").GetProperty("analyses")[0];
        var found = forecast.GetProperty("findings")[0].GetProperty("quantities").EnumerateArray().Where(q => q.GetProperty("name").GetString() == "estimate")
            .ToDictionary(q => q.GetProperty("term").GetString()!, q => double.Parse(q.GetProperty("value").GetString()!, CultureInfo.InvariantCulture));
        var fitted = LeastSquares(all);
        Assert.Equal(fitted[0], found["(Intercept)"], 1e-8);
        Assert.Equal(fitted[1], found["temperature"], 1e-9);
        Assert.Equal(fitted[2], found["salinity"], 1e-9);
    }

    [Fact]
    public async Task A_scorecard_is_trained_by_bank_and_bureau_and_no_row_of_either_leaves()
    {
        using var folder = new TemporaryFolder();
        var (loans, reports) = ("id,amount,history,defaulted,name\n", "id,ratio,grade,address\n");
        for (var i = 0; i < 600; i++)
        {
            // Whoever borrows much at a high ratio, or has a bad grade, defaults more often; every class is in every bin.
            var (amount, ratio, grade) = (1000 + (i * 7919 % 9000), i * 104729 % 100, "ABC"[i % 3]);
            var risk = (amount / 100) + ratio + (grade == 'C' ? 60 : 0) + (i * 31 % 97);
            loans += string.Create(CultureInfo.InvariantCulture, $"K{i},{amount},{(i % 4 == 0 ? "late" : "good")},{(risk > 190 ? "yes" : "no")},CanaryName{i}\n");
            reports += string.Create(CultureInfo.InvariantCulture, $"K{i + 20},{(i + 20) * 104729 % 100 / 100m},{"ABC"[(i + 20) % 3]},CanaryAddress{i}\n");
        }

        folder.Write("bank/loans.csv", loans);
        folder.Write("bureau/reports.csv", reports);
        var parties = (await RunAsync(folder, "bank-scorecard", ["bank", "bureau"])).GetProperty("parties");
        foreach (var party in new[] { "bank", "bureau" })
        {
            var model = parties.GetProperty(party).GetProperty("result").GetProperty("model");
            Assert.Equal((464, 116), (model.GetProperty("rows").GetInt32(), model.GetProperty("testRows").GetInt32()));
            var losses = model.GetProperty("losses").EnumerateArray().Select(loss => double.Parse(loss.GetString()!, CultureInfo.InvariantCulture)).ToList();
            Assert.True(losses[^1] < losses[0]);
        }

        Assert.Empty(Support.Results.FilesWith(folder["out"], ["Canary"]));
    }

    // Normal equations of three unknowns by Cramer's rule.
    private static double[] LeastSquares(List<(double Temperature, double Salinity, double Catch)> rows)
    {
        var (a, b) = (new double[3, 3], new double[3]);
        foreach (var (t, salt, kg) in rows)
        {
            double[] x = [1, t, salt];
            for (var i = 0; i < 3; i++)
            {
                b[i] += x[i] * kg;
                for (var j = 0; j < 3; j++) a[i, j] += x[i] * x[j];
            }
        }

        double Determinant(Func<int, int, double> m) =>
            (m(0, 0) * ((m(1, 1) * m(2, 2)) - (m(1, 2) * m(2, 1)))) - (m(0, 1) * ((m(1, 0) * m(2, 2)) - (m(1, 2) * m(2, 0)))) + (m(0, 2) * ((m(1, 0) * m(2, 1)) - (m(1, 1) * m(2, 0))));
        var whole = Determinant((i, j) => a[i, j]);
        return [.. Enumerable.Range(0, 3).Select(k => Determinant((i, j) => j == k ? b[i] : a[i, j]) / whole)];
    }

    private static Dictionary<(string Level, string Measure, string Statistic), string> Cells(JsonElement run, string receiver) =>
        run.GetProperty("parties").GetProperty(receiver).GetProperty("result").GetProperty("statistics").EnumerateArray()
            .Where(row => row.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String)
            .ToDictionary(row => (row.GetProperty("level").GetString()!, row.GetProperty("measure").GetString()!, row.GetProperty("statistic").GetString()!), row => row.GetProperty("value").GetString()!);

    private static async Task<JsonElement> RunAsync(TemporaryFolder folder, string template, string[] parties)
    {
        var run = (await CollabProgram.RunAsync(
            ["sandbox", "run", Path.Combine(AppContext.BaseDirectory, "templates", $"{template}.yaml"), "--party", .. parties.Select(party => $"{party}={folder[party]}"), "--out", folder["out"], "--json"])).Expect(0);
        Assert.Equal("committed", run.Json.GetProperty("state").GetString());
        return run.Json;
    }
}
