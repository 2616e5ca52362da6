using Collab.Wire.Operator;

namespace Collab.Client;

/// <summary>Calls about the models that this node has a part of (protocols/specs/train.md).</summary>
public sealed class ModelCalls
{
    private readonly IOperator _node;

    internal ModelCalls(IOperator node) => _node = node;

    /// <summary>The models, the newest first.</summary>
    public Task<ModelsView> ListAsync(CancellationToken cancellation = default) =>
        _node.CallAsync<ModelsView>(Verbs.ListModels, new EmptyRequest(), cancellation);

    /// <summary>One model, with what its parts here say.</summary>
    /// <param name="model">The first digits of the run that trained it, or of the job.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task<ModelView> ShowAsync(string model, CancellationToken cancellation = default) =>
        _node.CallAsync<ModelView>(Verbs.ShowModel, new ModelRequest(model), cancellation);

    /// <summary>Forgets the parts of a model that are here.</summary>
    public Task<ModelView> ForgetAsync(string model, CancellationToken cancellation = default) =>
        _node.CallAsync<ModelView>(Verbs.ForgetModel, new ModelRequest(model), cancellation);

    /// <summary>Writes a whole model as a file for other programs (protocols/specs/model-export.md).</summary>
    /// <param name="model">The first digits of the run that trained it, or of the job.</param>
    /// <param name="format"><c>onnx</c> or <c>pmml</c>.</param>
    /// <param name="destination">Receives the file.</param>
    /// <param name="cancellation">Ends the call.</param>
    public Task ExportAsync(string model, string format, Stream destination, CancellationToken cancellation = default) =>
        _node.CopyAsync(Verbs.ExportModel, new ModelRequest(model, format), destination, cancellation);
}
