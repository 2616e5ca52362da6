using Collab.FederatedLearning.Averaging;

namespace Collab.FederatedLearning.Export;

/// <summary>A small neural network as an ONNX file.</summary>
/// <remarks>
/// Input <c>x</c>: doubles of shape [rows, inputs]. Output <c>y</c>: [rows, 1], the chance of label 1. Operators MatMul, Add, Tanh and Sigmoid of operator set 13, in doubles.
/// </remarks>
public static class OnnxNetwork
{
    /// <summary>Writes the file.</summary>
    public static byte[] Write(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var (inputs, hidden) = (network.Inputs, network.Hidden);
        var all = network.Parameters;
        var (weights, biases) = (new double[inputs * hidden], new double[hidden]);
        for (var h = 0; h < hidden; h++)
        {
            for (var j = 0; j < inputs; j++) weights[(j * hidden) + h] = all[(h * (inputs + 1)) + j];
            biases[h] = all[(h * (inputs + 1)) + inputs];
        }

        return new OnnxGraph("collab-network")
            .Node("MatMul", "sums", "x", "weights").Node("Add", "shifted", "sums", "biases").Node("Tanh", "units", "shifted")
            .Node("MatMul", "sum", "units", "last").Node("Add", "score", "sum", "constant").Node("Sigmoid", "y", "score")
            .Constant("weights", weights, inputs, hidden).Constant("biases", biases, hidden)
            .Constant("last", all.Slice(hidden * (inputs + 1), hidden), hidden, 1).Constant("constant", all[^1..], 1)
            .Input("x", inputs).Output("y").Write();
    }
}
