using Collab.Psi.Unbalanced;

namespace Collab.Psi.Tests.Unbalanced;

/// <summary>Interpolation in eight cells at once: every polynomial goes through its points, at both ends of the ranges.</summary>
public class CellPolynomialsTests
{
    [Theory]
    [InlineData(40961u, 2, 1), InlineData(40961u, 5, 3), InlineData(307201u, 63, 4), InlineData(4169729u, 130, 2), InlineData(4169729u, 2047, 1)]
    public void Polynomials_go_through_their_points(uint t, int places, int values)
    {
        const int lanes = CellPolynomials.Lanes;
        var random = new Random(11);
        var (points, data) = (new double[places * lanes], new double[values * places * lanes]);
        for (var lane = 0; lane < lanes; lane++)
        {
            // The first cell has the largest residues, the second the smallest; the others any.
            var distinct = new HashSet<int>();
            while (distinct.Count < places) distinct.Add(lane switch { 0 => (int)t - 1 - distinct.Count, 1 => distinct.Count, _ => random.Next((int)t) });
            var place = 0;
            foreach (var x in distinct) points[(place++ * lanes) + lane] = x;
            for (var i = 0; i < values * places; i++) data[(i * lanes) + lane] = lane == 0 ? t - 1 : random.Next((int)t);
        }

        var (coefficients, scratch) = (new double[data.Length], new double[CellPolynomials.ScratchSize(places)]);
        CellPolynomials.Interpolate(t, places, values, points, data, coefficients, scratch);
        Assert.All(coefficients, c => Assert.InRange(c, 0, t - 1));
        for (var lane = 0; lane < lanes; lane++)
        {
            for (var v = 0; v < values; v++)
            {
                for (var place = 0; place < places; place += places > 500 ? 97 : 1)
                {
                    var (x, y) = ((ulong)points[(place * lanes) + lane], 0UL);
                    for (var j = places - 1; j >= 0; j--) y = ((y * x) + (ulong)coefficients[(((v * places) + j) * lanes) + lane]) % t;
                    Assert.Equal(data[(((v * places) + place) * lanes) + lane], y);
                }
            }
        }
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused() => Assert.Throws<ArgumentException>(
        () => CellPolynomials.Interpolate(40961, 3, 1, new double[24], new double[24], new double[16], new double[CellPolynomials.ScratchSize(3)]));
}
