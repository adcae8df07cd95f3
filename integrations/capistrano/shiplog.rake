# frozen_string_literal: true

# Tells Shiplog what `cap STAGE deploy` and `cap STAGE deploy:rollback` do. Put it into lib/capistrano/tasks/: the usual
# Capfile loads what is there. A deploy never fails and never ends otherwise because of it.
require "json"
require "net/http"
require "securerandom"
require "shellwords"
require "uri"

# One run of Capistrano, as Shiplog sees it.
module ShiplogRun
  SECONDS = 3
  RUN = SecureRandom.uuid
  SENT = %i[type run service environment version commit ref previous_version previous_commit kind actor message].freeze

  class << self
    attr_accessor :phase, :open, :commit, :told, :count

    # Posts one event of the fields in SENT that are known, and says in one line when Shiplog was not reached.
    # Never raises, and takes at most SECONDS: whatever hangs is left behind.
    def report(type, known)
      event = { type: "release.#{type}", run: RUN }.merge(known).slice(*SENT)
      said = nil
      poster = Thread.new { said = post(event.reject { |_, value| value.to_s.empty? }) }
      poster.report_on_exception = false
      said = "it did not answer within #{SECONDS} s" unless poster.join(SECONDS)
      poster.kill
      complain("#{event[:type]} was not reported: #{said}") if said
    rescue StandardError => e
      complain("#{event && event[:type]} was not reported: #{e.class}: #{e.message}")
    end

    def complain(words)
      warn "[Shiplog] #{words.to_s.scrub("?").gsub(/[[:cntrl:]]/, " ")[0, 400]}"
    end

    private

    # Answers what went wrong, or nil; what Shiplog has to remark is printed.
    def post(event)
      uri = URI.join("#{setting(:url)}/", "api/v1/events")
      http = Net::HTTP.new(uri.host, uri.port)
      http.use_ssl = uri.scheme == "https"
      http.open_timeout = http.read_timeout = http.write_timeout = SECONDS
      answer = http.request(request(uri, event))
      return "#{answer.code} #{answer.body.to_s[0, 200]}" unless answer.is_a?(Net::HTTPSuccess)

      remarks(answer.body)
      nil
    end

    def request(uri, event)
      request = Net::HTTP::Post.new(uri)
      request["Authorization"] = "Bearer #{setting(:token)}"
      request["Content-Type"] = "application/json"
      request["Idempotency-Key"] = "#{RUN}-#{self.count = count.to_i + 1}"
      request["User-Agent"] = "shiplog-capistrano"
      request.body = JSON.generate(event.transform_values { |value| value.to_s.dup.force_encoding("UTF-8").scrub("?") })
      request
    end

    def remarks(body)
      answer = JSON.parse(body)
      unmatched = answer["matched"] == false && !answer["pending"]
      words = Array(answer["warnings"]).map { |one| one["words"] }
      words << "there is no component for this service yet: it waits in the inbox" if unmatched
      (words - (self.told ||= [])).each { |one| complain(one) }
      self.told |= words
    rescue JSON::ParserError
      nil # it was taken; whatever stands before Shiplog may answer in words of its own
    end

    def setting(name)
      Capistrano::Configuration.env.fetch(:"shiplog_#{name}") || raise(ArgumentError, "shiplog_#{name} is not set")
    end
  end
end

namespace :shiplog do
  # What is known by now. Nothing else of Capistrano's settings is ever sent.
  known = lambda do
    back = fetch(:shiplog_kind) == "rollback"
    branch = fetch(:branch).to_s
    tag = branch.delete_prefix("refs/tags/")
    version = tag if /\Av?\d+(\.\d+)+([.+-][\w.+-]*)?\z/.match?(tag)
    before = fetch(:previous_revision)
    {
      service: fetch(:shiplog_service) || fetch(:application),
      environment: fetch(:shiplog_environment) || fetch(:stage),
      version: fetch(:shiplog_version) || (version unless back),
      commit: ShiplogRun.commit || fetch(:current_revision),
      ref: (branch unless back),
      previous_version: before.to_s[/\A\h{7}(?=\h{33}\z)/] || before,
      previous_commit: before,
      kind: fetch(:shiplog_kind),
      actor: fetch(:shiplog_actor) || fetch(:local_user)
    }
  end

  dry = -> { Capistrano::Configuration.env.fetch(:sshkit_backend).to_s.end_with?("::Printer") }

  report = lambda do |type, more = {}|
    ShiplogRun.report(type, known.call.merge(more)) unless dry.call
  rescue StandardError => e
    ShiplogRun.complain("release.#{type} was not reported: #{e.class}")
  end

  task :started do
    rollback = Rake.application.top_level_tasks.include?("deploy:rollback")
    set(:shiplog_kind, "rollback") if rollback
    ShiplogRun.open = true
    report.call("started")
  end

  task :progress do
    report.call("progress")
  end

  # A rollback's target is a directory; which commit it holds is written in it.
  task :target do
    set(:shiplog_kind, "rollback")
    next if dry.call

    begin
      on primary(:app) || release_roles(:all).first do
        file = release_path.join("REVISION")
        ShiplogRun.commit = capture(:cat, file).strip[/\A[0-9A-Za-z._-]{1,200}\z/] if test("[ -f #{file.to_s.shellescape} ]")
      end
    rescue StandardError => e
      ShiplogRun.complain("it is not known what is gone back to: #{e.class}")
    end
    report.call("progress")
  end

  task :finished do
    report.call("succeeded")
    ShiplogRun.open = false
  end

  # Capistrano calls no hook for a rollback that fails, nor for a signal. Words of an error may hold secrets: only its
  # class is told.
  at_exit do
    if ShiplogRun.open
      error = $!
      error = error.cause || error if error.is_a?(SystemExit)
      signal = error.is_a?(Interrupt) ? "SIGINT" : error.message if error.is_a?(SignalException)
      why = signal ? "Interrupted by #{signal}" : "It ended with #{error ? error.class : "nothing done"}"
      phase = ShiplogRun.phase
      report.call("failed", message: "#{why}#{" while #{phase}" if phase}.")
    end
  rescue Exception => e # rubocop:disable Lint/RescueException
    ShiplogRun.complain("release.failed was not reported: #{e.class}")
  end
end

namespace :load do
  task :defaults do
    set :shiplog_url, -> { ENV["SHIPLOG_URL"] }
    set :shiplog_token, -> { ENV["SHIPLOG_TOKEN"] }
  end
end

%w[starting started updating updated reverting reverted publishing published finishing finishing_rollback].each do |name|
  task("shiplog:phase:#{name}") { ShiplogRun.phase = name }
  before "deploy:#{name}", "shiplog:phase:#{name}"
end
# Not after it: when no server can be reached, `deploy:starting` itself fails.
before "deploy:starting", "shiplog:started"
after "deploy:updated", "shiplog:progress"
after "deploy:reverting", "shiplog:target"
after "deploy:finished", "shiplog:finished"
