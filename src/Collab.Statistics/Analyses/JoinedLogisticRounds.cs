using Collab.Statistics.Analyses.Joined;
using Collab.Statistics.Inference;
using Collab.Statistics.Inference.Regression;
using MathNet.Numerics.LinearAlgebra;

namespace Collab.Statistics.Analyses;

/// <summary>The receiver's part of logistic regression over joined rows: R's steps, each from sums that are as precise as it needs.</summary>
/// <param name="rounds">The other owner.</param>
/// <param name="model">What the sums are.</param>
/// <param name="squares">Σ x·xᵀ over all rows, of covariates in [−1, 1], x₀ = 1.</param>
/// <param name="ones">Σ x over the rows whose response is 1.</param>
/// <remarks>Source: specs/regression.md, "Logistic regression".</remarks>
internal sealed class JoinedLogisticRounds(JoinedRounds rounds, LogisticModel model, Matrix<double> squares, Vector<double> ones)
{
    // On the way an estimate may be off by so much of its standard errors, the information relatively: what it moves the end by is its square.
    private const double WayPrecision = 1e-4;
    private const double WayInformation = 1e-3;

    private const double FinePrecision = JoinedPrecision.Required / 4; // standard errors may grow a little in a step
    private const double DeviancePrecision = 1.0 / (1L << 34);
    private const int MostDevianceBits = 40; // it grows with the linear predictor, and needs the room

    // How much the deviance is foretold to change, relatively: below which a step counts as one of the last, is taken again from precise sums, is tried for the end.
    private const double Near = 0.1, Close = 1e-3, Ending = 1e-7;

    private readonly double _count = squares[0, 0];
    private readonly Vector<double> _all = squares.Row(0);
    private Vector<double>? _beta;
    private Matrix<double> _information = squares * StartWeight;
    private Vector<double> _score = squares.Row(0) * 0;
    private double _deviance = -2 * squares[0, 0] * Math.Log(StartMean), _devianceError, _scoreError, _informationError;
    private bool _isFine;

    // R begins at means of (y + ½)/2, with the weight ¾·¼ everywhere.
    private const double StartMean = 0.75;
    private const double StartWeight = StartMean * (1 - StartMean);

    /// <summary>Fits.</summary>
    /// <param name="names">The covariates' names; the first is the intercept.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>As <see cref="GeneralisedLinearModel"/>, with the bits that the sums are good for.</returns>
    /// <exception cref="InvalidOperationException">There is no estimate, or none of the precision that is asked for.</exception>
    public async Task<Finding> FitAsync(IReadOnlyList<string> names, CancellationToken cancellation)
    {
        var found = await GeneralisedLinearModel.FitAsync(
            Family.Binomial, names, Responses.Binomial((long)(_count - ones[0]), (long)ones[0]), async beta => beta is null ? Start() : await SumsAsync(beta, cancellation));
        if (!_isFine) throw JoinedRounds.TooWide();
        var precision = JoinedPrecision.Require(JoinedPrecision.ErrorsOf(_information), _scoreError, _informationError);
        return precision.Bound(found, name => name is "deviance" or "AIC" ? _devianceError : null);
    }

    private WeightedSums Start()
    {
        var score = ((StartWeight * Math.Log(StartMean / (1 - StartMean))) + 1 - StartMean) * ((2 * ones) - _all);
        return new WeightedSums(model.InUnits(_information), model.InUnits(score), _deviance, 0);
    }

    private async Task<WeightedSums> SumsAsync(Vector<double> inUnits, CancellationToken cancellation)
    {
        var beta = Vector<double>.Build.Dense(model.Normalised(inUnits));
        var foretold = _beta is null ? 1 : (beta - _beta) * _information * (beta - _beta) / (Math.Abs(_deviance) + 0.1);
        var before = _deviance;
        _beta = beta;
        var hasDeviance = _isFine && foretold < Ending;
        if (hasDeviance)
        {
            await AskAsync(0, 0, DevianceBits(), cancellation);
            if (GeneralisedLinearModel.IsSettled(_deviance, before)) return Sums();
        }

        if (!(_isFine = foretold < Near)) await AskAsync(WayPrecision, WayInformation, DevianceBits(), cancellation);
        if (_isFine || Decrement() < Close * (Math.Abs(_deviance) + 0.1))
        {
            for (var again = 0; again == 0 || (again == 1 && !IsFine()); again++)
                await AskAsync(FinePrecision, 2 * FinePrecision, _isFine && !hasDeviance && again == 0 ? DevianceBits() : 0, cancellation);
            _isFine = true;
        }

        return Sums();
    }

    private WeightedSums Sums() => new(
        model.InUnits(_information), model.InUnits(_score), _deviance, _deviance + _devianceError < 2 * Math.Log(2) ? 0 : 1); // so small a sum has no row of more than 2·ln 2: all are foretold

    /// <summary>What Newton's step from here is foretold to change the deviance by.</summary>
    private double Decrement() => ScaledSystem.Of(_information) is { } system ? _score * system.Solve(_score) : double.PositiveInfinity;

    private bool IsFine()
    {
        var errors = ErrorsOf(_information);
        return _scoreError * errors <= JoinedPrecision.Required && _informationError * errors * errors <= 2 * JoinedPrecision.Required;
    }

    /// <summary>Asks at the current β for score and information of some precision (0 for neither), and for the deviance.</summary>
    private async Task AskAsync(double precision, double ofInformation, int devianceBits, CancellationToken cancellation)
    {
        var (beta, errors) = (_beta!.ToArray(), ErrorsOf(_information));
        int Bits(LogisticSum kind, double error) => precision == 0 ? 0
            : model.BitsFor(kind, beta, error / _count) ?? (precision == WayPrecision ? LogisticModel.MostBits : throw JoinedRounds.TooWide()); // errors that grow without end are to come to their end
        var named = LogisticModel.Named(beta, Bits(LogisticSum.Weight, ofInformation / (errors * errors)), Bits(LogisticSum.Mean, precision / errors), devianceBits);
        var sums = model.Read(await rounds.AskAsync(named, cancellation), named);
        if (precision > 0)
        {
            (_information, _score) = (model.MatrixOf(sums.Weight), ones - Vector<double>.Build.Dense(sums.Mean));
            (_informationError, _scoreError) = (_count * model.ErrorOf(LogisticSum.Weight, named), _count * model.ErrorOf(LogisticSum.Mean, named));
        }

        if (devianceBits == 0) return;
        _deviance = 2 * (sums.Deviance[0] - (_beta! * (ones - (_all / 2))));
        _devianceError = 2 * _count * model.ErrorOf(LogisticSum.Deviance, named);
        if (_devianceError > JoinedPrecision.Required * Math.Max(_deviance, 1)) throw JoinedRounds.TooWide();
    }

    private int DevianceBits() => Math.Min(
        MostDevianceBits, model.BitsFor(LogisticSum.Deviance, _beta!.ToArray(), DeviancePrecision * Math.Max(Math.Abs(_deviance), 1) / (2 * _count)) ?? MostDevianceBits);

    /// <summary>The sum of all standard errors.</summary>
    private static double ErrorsOf(Matrix<double> information) => ScaledSystem.Of(information)?.Inverse().Diagonal().PointwiseSqrt().Sum() ?? throw GeneralisedLinearModel.NoEstimate();
}
