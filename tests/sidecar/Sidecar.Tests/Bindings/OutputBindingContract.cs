using System.Text;
using Sidecar.Bindings;

namespace Sidecar.Tests.Bindings;

/// <summary>What every output binding must do. A component's class makes it, says how it writes a value, and looks at what arrived on the other side.</summary>
public abstract class OutputBindingContract : IAsyncLifetime
{
    private IOutputBinding _binding = null!;

    private protected static Dictionary<string, string> NoMetadata => new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        _binding = await CreateAsync();
        await _binding.StartAsync(CancellationToken.None);
    }

    public virtual async Task DisposeAsync() => await _binding.DisposeAsync();

    [Fact]
    public void Operations_AreNamedOnceEach() => _binding.Operations.Should().NotBeEmpty().And.OnlyHaveUniqueItems();

    [Fact]
    public async Task Invoke_AValue_ArrivesUnchanged()
    {
        (await InvokeAsync(Write("{\"ü\":\"\\\"☃\"}"))).Error.Should().BeNull();

        (await ArrivedAsync()).Should().Equal("{\"ü\":\"\\\"☃\"}");
    }

    [Fact]
    public async Task Invoke_ManyAtOnce_EachArrivesOnce()
    {
        var values = Enumerable.Range(0, 20).Select(i => $"v{i}").ToList();

        var results = await Task.WhenAll(values.Select(value => InvokeAsync(Write(value))));

        results.Should().OnlyContain(result => result.Error == null);
        (await ArrivedAsync()).Should().BeEquivalentTo(values);
    }

    [Fact]
    public async Task Invoke_EveryOperationWithoutMetadata_IsAnAnswerOrAnErrorButNoFault()
    {
        foreach (var operation in _binding.Operations)
        {
            await FluentActions.Awaiting(() => InvokeAsync(new BindingRequest(operation, ReadOnlyMemory<byte>.Empty, NoMetadata))).Should().NotThrowAsync(operation);
        }
    }

    [Fact]
    public async Task Invoke_Cancelled_DoesNothing()
    {
        var act = () => _binding.InvokeAsync(Write("never"), new CancellationToken(canceled: true));

        await act.Should().ThrowAsync<OperationCanceledException>();
        (await ArrivedAsync()).Should().BeEmpty();
    }

    private protected abstract Task<IOutputBinding> CreateAsync();

    private protected abstract BindingRequest Write(string value);

    private protected abstract Task<IReadOnlyList<string>> ArrivedAsync();

    private protected Task<BindingResult> InvokeAsync(BindingRequest request) => _binding.InvokeAsync(request, CancellationToken.None);

    private protected static BindingRequest Request(string operation, string data, params (string Name, string Value)[] metadata) =>
        new(operation, Encoding.UTF8.GetBytes(data), metadata.ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal));
}
